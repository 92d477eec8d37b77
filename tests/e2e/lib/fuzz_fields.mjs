/* fuzz_fields.mjs - every field of every route of an OpenAPI document, hit with what it must refuse (`wrong`) and with what it
 * may take, but must survive (`odd`).  Nothing here knows a route: a new one is hit as soon as the document has it. */

const NEVER = '00000000-0000-4000-8000-000000000000';

/* A value that JSON.stringify would not write so. */
class Raw {
  constructor(text) { this.text = text; }
  toString() { return this.text; }
}
const raw = (text) => new Raw(text);

export function jsonOf(members) {
  const texts = Object.entries(members).map(([name, value]) => `${JSON.stringify(name)}:${value instanceof Raw ? value.text : JSON.stringify(value)}`);
  return `{${texts.join(',')}}`;
}

/* Of a decimal the document says string or number; a moment is a text without any bound. */
function kindOf(schema) {
  const types = [schema.type].flat();
  if (schema.enum) return 'name';
  if (types.includes('number')) return 'decimal';
  if (types.includes('string')) return schema.format === 'password' ? 'text' : schema.format ?? (schema.pattern ? 'word' : schema.maxLength ? 'text' : 'moment');
  return types[0];
}

const SAMPLES = {
  decimal: () => '1', uuid: () => NEVER, date: () => '2026-01-02', moment: () => '2026-01-02T00:00:00Z', word: () => 'ZZZZ', text: () => 'x',
  integer: ({ minimum }) => minimum ?? 1, boolean: () => false, array: ({ items }) => [items.enum?.[0] ?? 'x'], name: (schema) => schema.enum[0],
};
export const sampleOf = (schema) => SAMPLES[kindOf(schema)](schema);

/* ---- what must be refused ---- */

const WRONG_TEXTS = {
  name: () => ['Nonsense', 'x'.repeat(5000), '😀', '\u0000', ' '],
  decimal: () => ['x', '1,5', '--1', '1e999999', '9'.repeat(60), `0.${'1'.repeat(60)}`, 'NaN', 'Infinity', '0x10', '٣', '1 ', '\u0000'],
  uuid: () => ['x', `${NEVER}0`, NEVER.slice(1), NEVER.replace('0', 'g'), '😀', `${NEVER.slice(0, 35)}\u0000`],
  date: () => ['x', '2026-13-01', '2026-02-30', '26-1-1', '2026-01-01T00:00:00Z', '99999-01-01', '😀', '2026-01-01\u0000'],
  moment: () => ['x', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z', '2026-01-01 00:00', '9'.repeat(30), '😀', '2026-01-01\u0000'],
  word: ({ maxLength }) => ['a b', '😀', 'a\u0000b', 'a\nb', '"', '<b>', 'x'.repeat(maxLength + 1), 'x'.repeat(5000)],
  text: ({ maxLength }) => ['a\u0000b', 'a\u0007b', 'a\u007fb', 'x'.repeat(maxLength + 1), '😀'.repeat(Math.ceil(maxLength / 4) + 1)],
  integer: ({ minimum, maximum }) => ['x', '1.5', '9'.repeat(40), '1e3', '0x1', ...(minimum === undefined ? [] : [String(minimum - 1)]), ...(maximum < 1e15 ? [String(maximum + 1)] : [])],
  boolean: () => ['x', '2', 'yes please', '😀', '\u0000'],
  array: () => ['x,\u0000', 'y'.repeat(5000)],
};

/* In a body the kind is the type of JSON, and a number or a truth is no text. */
function wrongJson(schema) {
  const kind = kindOf(schema), types = [schema.type].flat();
  const all = [{ a: 1 }, [[]], ...(types.includes('null') ? [] : [null])];
  if (!types.includes('number') && !types.includes('integer')) all.push(5, raw('1e400'), raw('-0.0'));
  if (!types.includes('boolean')) all.push(true);
  if (kind === 'array') all.push([5], ['Nonsense'], [null], ['\u0000'], Array(20).fill('x'), 'x');
  else all.push([], ...WRONG_TEXTS[kind](schema));
  if (kind === 'integer') all.push(1.5, raw('1e30'), raw('9'.repeat(40)), raw('-1e400'));
  if (kind === 'decimal') all.push(raw('1e400'), raw('1e300'), raw('9'.repeat(60)));
  if (schema.minLength > 0) all.push('');
  return all;
}

/* ---- what may be taken ---- */

const ODD = {
  name: (schema) => schema.enum.filter((one) => one !== null),
  decimal: () => ['0', '-1', '0.00000001', '99999999999999', '1.10', '999999999.99999999', '1e3'],
  uuid: () => [NEVER.toUpperCase(), 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  date: () => ['0001-01-01', '2000-02-29', '9999-12-31'],
  moment: () => ['0001-01-01', '1969-12-31T23:59:59Z', '9999-12-31T23:59:59.999999Z', '2026-01-01T00:00:00+14:00'],
  word: ({ maxLength }) => ['-', '.', 'x'.repeat(maxLength)],
  text: ({ maxLength }) => ['😀', '\u202eabc', 'e\u0301', "' OR 1=1 --", '%', '_', '{{x}}', '=1+1', '<script>', '\\', '*', '../..', 'x'.repeat(maxLength), '€'.repeat(Math.floor(maxLength / 3))],
  integer: ({ minimum, maximum }) => [minimum ?? 0, maximum < 1e15 ? maximum : 2 ** 53 - 1, raw('9223372036854775807')],
  boolean: () => [true, false],
  array: ({ items }) => [items.enum ?? ['x'], Array(2).fill(items.enum?.[0] ?? 'x')],
};

/* ---- requests ---- */

function fieldsOf(document, route) {
  const parameters = (route.parameters ?? []).map((one) => (one.$ref ? document.components.parameters[one.$ref.split('/').pop()] : one));
  const body = route.requestBody?.content['application/json'].schema ?? { properties: {}, required: [] };
  return [
    ...parameters.filter((one) => one.in !== 'header').map((one) => ({ name: one.name, place: one.in, required: one.required === true, schema: one.schema })),
    ...Object.entries(body.properties ?? {}).map(([name, schema]) => ({ name, place: 'body', required: (body.required ?? []).includes(name), schema })),
  ];
}

function requestOf(method, template, fields, hit, value) {
  const given = fields.filter((one) => one === hit || one.required).map((one) => ({ ...one, value: one === hit ? value : sampleOf(one.schema) }));
  const of = (place) => Object.fromEntries(given.filter((one) => one.place === place).map((one) => [one.name, one.value]));
  const words = of('path');
  const path = template.replace(/\{(\w+)\}/g, (all, name) => encodeURIComponent(String(words[name])));
  const request = { method, template, path, query: of('query'), field: hit.name, place: hit.place, value };
  if (method !== 'GET' && fields.some((one) => one.place === 'body')) request.raw = jsonOf(of('body'));
  return request;
}

/* Those of an API that gives an answer and ends: {method, template, route, fields}. */
export function* routesOf(document) {
  for (const [template, methods] of Object.entries(document.paths)) {
    for (const [name, route] of Object.entries(methods)) {
      const stream = Object.values(route.responses).some((one) => one.content?.['text/event-stream']);
      if (!stream) yield { method: name.toUpperCase(), template, route, fields: fieldsOf(document, route) };
    }
  }
}

/* ".", ".." and "" are no names in a path: a client takes them out before anybody is asked. */
const fitsPath = (value) => !['', '.', '..', '../..'].includes(String(value));

function* requests(document, valuesOf) {
  for (const { method, template, route, fields } of routesOf(document)) {
    for (const hit of fields) {
      for (const value of valuesOf(hit)) {
        if (hit.place !== 'path' || fitsPath(value)) yield { ...requestOf(method, template, fields, hit, value), route };
      }
    }
  }
}

/* One field is wrong, all others are as the document wants them: refused, by that field's name. */
export function wrong(document) {
  return requests(document, ({ place, schema }) => (place === 'body' ? wrongJson(schema) : WRONG_TEXTS[kindOf(schema)](schema)));
}

/* Whatever comes of it, it is told, and no fault of the server. */
export function odd(document) {
  return requests(document, ({ schema }) => ODD[kindOf(schema)](schema));
}
