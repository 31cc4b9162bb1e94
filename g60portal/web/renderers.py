"""How Django renders forms: with the templates of `templates/components`. No fields, no rules."""

from django.forms.renderers import TemplatesSetting


class ComponentRenderer(TemplatesSetting):
    """Project templates first; needs `django.forms` among the installed apps for the widgets."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
