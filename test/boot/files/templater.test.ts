import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../../src/boot/files/templater.ts";
import { CannotTell, Raises } from "../../../src/python/errors.ts";
import type { ConfigObject } from "../../../src/python/tree.ts";

const jinja = (body: string, variables: ConfigObject = {}, options = { do: true }) =>
  renderTemplate(`## template: jinja\n${body}`, variables, options);

const variables: ConfigObject = {
  hostname: "web01",
  fqdn: "web01.example.org",
  servers: ["10.0.0.1", "ntp.example.org"],
  pools: [],
  options: { rotate: true, timeout: 1 },
};

/** Templates with what Jinja2 3.1.6 renders with cloud-init's settings. */
const recorded: readonly (readonly [what: string, template: string, rendered: string])[] = [
  [
    "prints variables, and marks what is missing",
    "{{ fqdn }} {{ nope }} {{ options.nope }} {{ servers[9] }}\n",
    "web01.example.org CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/nope CI_MISSING_JINJA_VAR/9\n",
  ],
  ["drops the newline after a block and keeps the last one", "a\n{% if servers %}\nb\n{% endif %}\nc\n", "a\nb\nc\n"],
  [
    "strips white space where a minus asks for it",
    "{% for s in servers -%}\n  server {{ s }} iburst\n{% endfor %}\n{%- if pools %}\npool\n{% endif -%}\n\nend\n",
    "server 10.0.0.1 iburst\nserver ntp.example.org iburst\nend\n",
  ],
  ["keeps a newline where a plus asks for it", "{% if servers +%}\nx{% endif +%}\ny\n", "\nx\ny\n"],
  ["keeps the text without a final newline", "{% if servers %}x{% endif %}", "x"],
  [
    "prints values as Python does",
    "{{ [1, 'a', none, true, 2.5] }} {{ {'a': (1,)} }} {{ 7/2 }} {{ 4/2 }} {{ -7//2 }} {{ 2**10 }} {{ 1e20 }}",
    "[1, 'a', None, True, 2.5] {'a': (1,)} 3.5 2.0 -4 1024 1e+20",
  ],
  [
    "takes None for a value, not for what is missing",
    "{% set n = none %}{{ n }} {{ [none][0] }} {{ {'a': none}.a }} {{ [none] | first }} {{ n is defined }}",
    "None None None None True",
  ],
  [
    "knows else of loops, and loop",
    "{% for s in pools %}{% else %}none{% endfor %}{% for s in servers %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% endfor %}",
    "none1/2,2/2",
  ],
  [
    "unpacks sorted pairs",
    "{% for key, value in options.items()|sort %}{{ key }}={{ value }};{% endfor %}",
    "rotate=True;timeout=1;",
  ],
  [
    "keeps what a loop sets inside the loop",
    "{% set a = 1 %}{% for i in [1] %}{% set a = 2 %}{{ a }}{% endfor %}{{ a }}{% if true %}{% set a = 3 %}{% endif %}{{ a }}",
    "213",
  ],
  [
    "fills defaults in a chain",
    "{{ security_key | default(primary_key, true) | default('/usr/share/keyrings/k.gpg', true) }}",
    "/usr/share/keyrings/k.gpg",
  ],
  [
    "filters",
    "{{ servers|join(', ') }} {{ [3,1,2]|sort }} {{ 'a-b'|replace('-', '_')|upper }} {{ '42'|int + 1 }} {{ ' x '|trim }}| {{ servers|first }} {{ servers|map('upper')|list }}",
    "10.0.0.1, ntp.example.org [1, 2, 3] A_B 43 x| 10.0.0.1 ['10.0.0.1', 'NTP.EXAMPLE.ORG']",
  ],
  [
    "tests",
    "{{ nope is defined }} {{ hostname is string }} {{ none is none }} {{ 3 is odd }} {{ options is mapping }} {{ 6 is divisibleby 3 }}",
    "False True True True True True",
  ],
  [
    "binds a filter to the signed value, and ~ tighter than +",
    "{{ -1|abs }} {{ 1 ~ 2 ~ 3 }} {{ 2**3**2 }} {{ 1 < 2 < 3 }} {{ not servers }}",
    "1 123 64 True False",
  ],
  [
    "passes over comments and raw text",
    "a {#- gone\n-#} b {% raw %}{{ not this }}{% endraw %}\n",
    "ab {{ not this }}\n",
  ],
  ["does", "{% set l = [] %}{% do l.append(1) %}{{ l }}", "[1]"],
  [
    "calls macros",
    "{% macro line(a, b='x') %}[{{ a }}-{{ b }}]{% endmacro %}{{ line(1) }}{{ line(1, b=2) }}{{ line() }}",
    "[1-x][1-2][CI_MISSING_JINJA_VAR/a-x]",
  ],
  ["reads Windows line ends", "a\r\n{% if true %}\r\nb{% endif %}\r\n", "a\nb\n"],
];

describe("Jinja templates", () => {
  it.each(recorded)("%s", (_what, template, rendered) => {
    expect(jinja(template, variables)).toBe(rendered);
  });

  it.each([
    "{{ a",
    "{{ a b }}",
    "{% if a %}",
    "{% endif %}",
    "{% nosuch %}",
    "{{ a|nosuch }}",
    "{{ nope.x }}",
    "{{ nope + 1 }}",
    "{{ 1/0 }}",
    "{{ 'a' + 1 }}",
    "{% for a, b in [1] %}{% endfor %}",
    "{{ hostname() }}",
  ])("fails as Jinja does over %s", (template) => {
    expect(() => jinja(template, variables)).toThrow(Raises);
  });

  it("knows {% do %} only where the version does", () => {
    expect(() => jinja("{% do [] %}", {}, { do: false })).toThrow(Raises);
  });

  it.each([
    "{% for i in range(100000000) %}x{% endfor %}",
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}",
    "{{ 'x' * 999999999 }}",
    "{{ 2 ** 99999999 }}",
    "{% set ns = namespace(s='xxxxxxxx') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
    "{% set a = [] %}{% do a.append(a) %}{{ a }}",
    "{% set a = [[1]] %}{% for i in range(60) %}{% do a.append([a[i], a[i]]) %}{% endfor %}{{ a }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    `{{ ${"(".repeat(5000)}1${")".repeat(5000)} }}`,
    `{{ 1${"+1".repeat(50_000)} }}`,
    "{% if 1 %}".repeat(5000),
    "{{ ''.__class__ }}",
    "{{ hostname.constructor.constructor('return process')() }}{{ hostname.__proto__ }}",
  ])("refuses to run away or to look into objects: %.60s", (template) => {
    const refused = (error: unknown) => error instanceof Raises || error instanceof CannotTell;
    expect(() => jinja(template, variables)).toThrow(expect.toSatisfy(refused));
  });

  it("has no attributes of JavaScript's objects", () => {
    expect(jinja("{{ hostname.constructor }} {{ options.toString }} {{ servers.length }}", variables)).toBe(
      "CI_MISSING_JINJA_VAR/constructor CI_MISSING_JINJA_VAR/toString CI_MISSING_JINJA_VAR/length",
    );
  });

  it("tells what it does not support from what is wrong", () => {
    expect(() => jinja("{{ options|dictsort }}", variables)).toThrow(CannotTell);
  });
});

describe("templates without a header", () => {
  const basic = (template: string) => renderTemplate(template, { RELEASE: "sid", a: { b: 1 } }, { do: true });

  it("replace names after a dollar, with braces and without", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the template's syntax
    expect(basic("deb $RELEASE ${RELEASE}-x ${a.b} $$ $(x)\n")).toBe("deb sid sid-x 1 $$ $(x)\n");
  });

  it("fail over a name that is missing, and over a dot at a name's end", () => {
    expect(() => basic("$NOPE")).toThrow(Raises);
    expect(() => basic("On $RELEASE.")).toThrow(Raises);
  });

  it("may say that they are basic, and nothing else than basic or jinja", () => {
    expect(basic("## template: basic\n$RELEASE")).toBe("sid");
    expect(() => basic("## template: cheetah\n$RELEASE")).toThrow(Raises);
  });
});
