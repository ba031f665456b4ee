import { describe, expect, it } from "vitest";
import { renderTemplate } from "../../../src/boot/files/templater.ts";
import { CannotTell, Raises } from "../../../src/python/errors.ts";
import type { ConfigObject } from "../../../src/python/tree.ts";
import { toValue } from "../../../src/python/value.ts";
import { parseYaml } from "../../../src/python/yaml/load.ts";

const variables = toValue(
  parseYaml(
    'version: 1.0\nlarge: 1.0e+20\nhidden: "a\\u200b"\nday: 2001-01-02\ntext: "a b "\nnumber: 3\nlist: [b, A, a]\nusers: [{name: Ann}, {}]\nnothing: ~\nnames: {a: 1}\n',
    "variables",
  ).node!,
) as ConfigObject;

const render = (template: string) => renderTemplate(`## template: jinja\n${template}`, variables, { do: true });

/** From Jinja2 3.1.6 with cloud-init's settings; each was wrong here once. */
describe("a template is what Jinja makes of it", () => {
  it.each([
    ["{{ version }}", "1.0"],
    ["{{ large }}", "1e+20"],
    ["{{ [hidden] }}", "['a\\u200b']"],
    ["{{ [day] }} {{ day }}", "[datetime.date(2001, 1, 2)] 2001-01-02"],
    ["{{ version == 1 }} {{ version is integer }} {{ version is float }}", "True False True"],
    ["{{ range(3) }} {{ range(1, 7, 2) }} {{ range(3)|list }}", "range(0, 3) range(1, 7, 2) [0, 1, 2]"],
    ["{{ text.split(None, 1) }}", "['a', 'b ']"],
    ["{{ -3 ** number }} {{ (-3) ** 2 }}", "-27 9"],
    ["{{ 7 // 2.0 }} {{ -7 % 3 }} {{ -7.5 // 2 }} {{ 2 ** -1 }} {{ -7 // 2 }}", "3.0 2 -4.0 0.5 -4"],
    ["{{ '%g' % 1.0e+30 }} {{ '%.2f' % 2.675 }} {{ '%05.1f' % 3 }} {{ '%x' % 255 }}", "1e+30 2.67 003.0 ff"],
    ["{{ '%s' % [1, 2] }} {{ 'a' % [1] }}", "[1, 2] a"],
    ["{{ '%s' % (1 if false) }}.", "."],
    [
      "{{ 2.5|round }} {{ 3.5|round }} {{ 2.675|round(2) }} {{ 15|round(-1) }} {{ 1.21|round(1, 'ceil') }}",
      "2.0 4.0 2.67 20 1.3",
    ],
    ["{{ none|default('x') }} {{ 'y'|default(none) }} {{ missing|default(none) }}", "None y None"],
    ["{{ 5|map('upper') is defined }} {{ nothing|map('upper')|list }}", "True []"],
    ["{{ users|sort(attribute='nope')|length }}", "2"],
    ["{{ list|sort }} {{ list|min }} {{ list|unique|list }}", "['A', 'a', 'b'] A ['b', 'A']"],
    ["{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(none) }}", "None2"],
    ["{{ true is lower }} {{ [1] is lower }} {{ list is lower }} {{ missing is callable }}", "False False False True"],
    ["{{ 3 is divisibleby 1.5 }} {{ -1 is odd }}", "True True"],
    [
      "{{ names.items() }} {{ names.keys() }} {{ 'a' in names.keys() }}",
      "dict_items([('a', 1)]) dict_keys(['a']) True",
    ],
    ["{{ {'a': none}.get('a', 1) }}", "None"],
    ["{% macro m(a, b=number) %}{% set number = 1 %}{{ a }}{{ b }}{% endmacro %}{{ m(2) }}", "23"],
    ["a{#", "a"],
    ["a{% raw %}", "a"],
    // A name that the frame assigns is its own for the frames in it, before it is assigned too.
    ["{% for i in [1] %}{{ number }}{% endfor %}{% set number = 1 %}{{ number }}", "CI_MISSING_JINJA_VAR/number1"],
    ["{{ number }}{% for i in [1] %}{{ number }}{% endfor %}{% set number = 1 %}", "33"],
    ["{% for i in [1] %}{{ number }}{% endfor %}{% if false %}{% set number = 1 %}{% endif %}", "3"],
    ["{{ 'a<b'|e }} {{ ['a'|safe] }}", "a&lt;b [Markup('a')]"],
  ])("%s", (template, rendered) => {
    expect(render(template)).toBe(rendered);
  });

  it.each([
    "{% for i in list %}{{ i }}{% endfor+ %}",
    "{% set own = {'a': 1} %}{% for i in own %}{% do own.update({'z': 1}) %}{% endfor %}",
    "{% set own = {'a': 1} %}{% for i in own.items() %}{% do own.update({'z': 1}) %}{% endfor %}",
    "{{ names[1:] }}",
    "{{ 5|map('upper')|list }}",
    "{{ missing|int }}",
    "{{ 1e999|int }}",
    "{{ 'a'|upper(1) }}",
    "{{ 'a'.split('b', none) }}",
    "{{ '%5%' % 1 }}",
    "{{ users|min(attribute='nope') }}",
    "{{ {[1]: 2} }}",
  ])("%s raises", (template) => {
    expect(() => render(template)).toThrow(Raises);
  });

  it.each(["{{ {}[1:] }}", "{{ 2.0[:2] }}", "{{ 'a'|e + 'b' }}", "{{ list|items }}", "{{ (-8) ** 0.5 }}"])(
    "%s cannot be told",
    (template) => {
      expect(() => render(template)).toThrow(CannotTell);
    },
  );
});
