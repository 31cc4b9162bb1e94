"""The API of cohorts: plain serializers, views that call the same actions as the pages."""
