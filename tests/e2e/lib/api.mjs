/* api.mjs - a client of the dashboard's API that believes nothing: every answer is checked against the
 * document that the server itself gives (status, type, shape), and has the headers all answers have. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { randomUUID } from 'node:crypto';

const ALWAYS = {
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'permissions-policy': /./,
  'cache-control': /./,
};

/* The headers that no answer of the server lacks. */
export function checkHeaders(headers) {
  for (const [name, pattern] of Object.entries(ALWAYS)) {
    const value = headers.get(name);
    if (value === null || !pattern.test(value)) throw new Error(`header ${name}: ${value}`);
  }
}

/* "/orders/{id}" for "/orders/5": a path without {...} goes before one with. */
function templateOf(document, path) {
  const fits = (template) => new RegExp(`^${template.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{\w+\}/g, '[^/]+')}$`).test(path);
  const words = (template) => (template.match(/\{/g) ?? []).length;
  return Object.keys(document.paths).filter(fits).sort((a, b) => words(a) - words(b));
}

class Document {
  constructor(json) {
    this.json = json;
    this.ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.ajv);
    this.ajv.addSchema({ $id: 'document', ...json });
    this.seen = new Set(); /* operationIds that were answered with success */
  }

  operation(method, path) {
    const template = templateOf(this.json, path).find((one) => this.json.paths[one][method.toLowerCase()]);
    return template && this.json.paths[template][method.toLowerCase()];
  }

  check(schema, value, what) {
    const pointer = JSON.parse(JSON.stringify(schema), (key, part) => (key === '$ref' ? `document${part}` : part));
    const validate = this.ajv.compile(pointer);
    if (!validate(value)) {
      throw new Error(`${what}: ${this.ajv.errorsText(validate.errors)}\n${JSON.stringify(value).slice(0, 2000)}`);
    }
  }

  /* Throws unless the answer is what the document says. */
  checkAnswer(method, path, answer) {
    const what = `${method} ${path}: ${answer.status}`;
    const operation = this.operation(method, path);
    const response = answer.status < 400 ? operation?.responses[answer.status] : this.json.components.responses.Problem;
    if (!response) throw new Error(`${what}: the document knows no such answer\n${answer.text.slice(0, 500)}`);
    const type = (answer.headers.get('content-type') ?? '').split(';')[0];
    const content = response.content[type];
    if (!content) throw new Error(`${what}: Content-Type ${type} instead of ${Object.keys(response.content)}\n${answer.text.slice(0, 500)}`);
    if (answer.body !== undefined) this.check(content.schema, answer.body, what);
    if (answer.status < 400) this.seen.add(operation.operationId);
  }
}

/* One document for each server: they are made of the same tables. */
const documents = new Map();

export class Api {
  constructor(base) {
    this.base = base.replace(/\/$/, '');
    this.cookie = null;
    this.csrf = null;
    this.bearer = null;
  }

  /* Nobody, until signIn or `bearer` is set. */
  static async of(system) {
    const api = new Api(system.endpoints.web.url);
    if (!documents.has(api.base)) {
      const response = await fetch(`${api.base}/api/v1/openapi.json`);
      documents.set(api.base, new Document(await response.json()));
    }
    api.document = documents.get(api.base);
    return api;
  }

  /* A signed-in person; `code` of the second factor where one is set. */
  static async signIn(system, user, password, code) {
    const api = await Api.of(system);
    const { status, body, text } = await api.call('POST', '/auth/sign-in', { body: { user, password, ...(code ? { code } : {}) } });
    if (status !== 200 || body.session === null) throw new Error(`sign-in of ${user}: ${status} ${text}`);
    api.csrf = body.session.csrf;
    return api;
  }

  /* The Admin that `yq up` made in a new folder, with a password of his own from now on. */
  static async first(system, password = 'seven blue kettles on a roof') {
    const [, user, shown] = /^user +(\S+)\npassword +(\S+)$/m.exec(system.output) ?? [];
    if (!shown) throw new Error(`no first Admin was shown:\n${system.output}`);
    const api = await Api.signIn(system, user, shown);
    await api.want('POST', '/auth/password', { body: { old: shown, new: password } });
    api.user = user;
    return api;
  }

  /* {status, headers, body, text}.  `key`: Idempotency-Key (a new one where it is not given, null = none); `raw`: the body's
   * bytes as they are; `headers`: more, or others (null takes one back). */
  async call(method, path, { body, query, key, raw, headers = {} } = {}) {
    const url = new URL(`${this.base}/api/v1${path}`);
    for (const [name, value] of Object.entries(query ?? {})) {
      if (value !== undefined && value !== null) url.searchParams.append(name, String(value));
    }
    const all = { Accept: 'application/json' };
    if (this.bearer) all.Authorization = `Bearer ${this.bearer}`;
    if (this.cookie) all.Cookie = this.cookie;
    if (method !== 'GET') {
      if (this.csrf) all['X-CSRF-Token'] = this.csrf;
      if (key !== null) all['Idempotency-Key'] = key ?? randomUUID();
    }
    const bytes = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    if (bytes !== undefined) all['Content-Type'] = 'application/json';
    for (const [name, value] of Object.entries(headers)) {
      if (value === null) delete all[name];
      else all[name] = value;
    }
    const response = await fetch(url, { method, headers: all, body: bytes, redirect: 'manual' });
    const text = await response.text();
    const answer = { status: response.status, headers: response.headers, text };
    if (/json/.test(response.headers.get('content-type') ?? '')) answer.body = JSON.parse(text);
    checkHeaders(response.headers);
    this.document?.checkAnswer(method, path, answer);
    this.#keepCookie(response.headers);
    return answer;
  }

  get(path, query) {
    return this.call('GET', path, { query });
  }

  /* The body of a success, or an error with the problem. */
  async want(method, path, options) {
    const { status, body, text } = await this.call(method, path, options);
    if (status >= 400) throw new Error(`${method} ${path}: ${status} ${text}`);
    return body ?? text;
  }

  #keepCookie(headers) {
    for (const line of headers.getSetCookie?.() ?? [headers.get('set-cookie')].filter(Boolean)) {
      const [pair] = line.split(';');
      if (pair.startsWith('yq_session=')) this.cookie = pair === 'yq_session=' ? null : pair;
    }
  }
}
