// Talking to the API. Whatever is not a plain yes is `Refused`, also when nobody answers.

export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? "");
    this.status = status;
    this.code = problem?.code ?? "";
    this.clashes = problem?.clashes ?? [];
    this.fields = problem?.errors ?? {};
    this.current = problem?.current ?? null;
    this.by = problem?.by ?? "";
  }
}

export class Server {
  constructor(urls, token) {
    this.urls = urls;
    this.token = token;
    this.writing = 0;
    this.writes = 0;
  }

  /** The address of a name; 0 in it stands for an id. */
  url(name, id) {
    return id === undefined ? this.urls[name] : this.urls[name].replace("/0/", `/${id}/`);
  }

  get(url) {
    return this.ask("GET", url);
  }

  post(url, body) {
    return this.ask("POST", url, body);
  }

  patch(id, body) {
    return this.ask("PATCH", this.url("session", id), body);
  }

  /** Counts what is being written: news read meanwhile may hold what I am writing. */
  async ask(method, url, body) {
    const writes = method === "GET" ? 0 : 1;
    this.writing += writes;
    this.writes += writes;
    try {
      const response = await this.send(method, url, body);
      if (response.status === 204) return null;
      const answer = await response.json().catch(() => null);
      if (!response.ok || !answer) throw new Refused(response.status, answer);
      return answer;
    } finally {
      this.writing -= writes;
    }
  }

  /** The bare response; a network that is away counts as status 0. */
  async send(method, url, body, headers = {}) {
    const written = body === undefined ? {} : { "Content-Type": "application/json" };
    try {
      return await fetch(url, {
        method,
        credentials: "same-origin",
        headers: { Accept: "application/json", "X-CSRFToken": this.token, ...written, ...headers },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
    } catch {
      throw new Refused(0, null);
    }
  }
}
