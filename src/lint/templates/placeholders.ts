/** The role of a placeholder: a value, or a step of the template's program around the following lines or text. */
type Role = "value" | "open" | "else" | "close" | "none";

/** A part of a text that another program fills in. */
export interface Placeholder {
  readonly start: number;
  /** The position after its last character. */
  readonly end: number;
  readonly role: Role;
  /** Whether it opens a block without output at its place: a macro, a definition, the value of a variable. */
  readonly isDefinition?: boolean;
}

/**
 * The placeholders to look for: those of every template language, or only Terraform's, for a file that only cloud-init
 * reads.
 */
export type Syntaxes = "all" | "terraform";

/** Limits: the length of a placeholder, and the number of unclosed ones after which the search ends. */
const LONGEST = 20_000;
const MOST_OPEN = 1_000;

const TERRAFORM = String.raw`[$%]\{`;
/** Jinja (Ansible, Salt, cookiecutter), Go (Helm, Packer), Mustache; ERB and EPP. */
const BRACKETS = String.raw`\{[{%#]|<%`;
/** Placeholders that sed and similar programs replace: __NAME__, @@NAME@@, @NAME@, %NAME%, %%NAME%%, #{NAME}#. */
const NAMES = [
  String.raw`(?<!\w)__[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+){0,20}__(?!\w)`,
  String.raw`@@[A-Za-z][\w.-]{0,100}@@`,
  String.raw`(?<![\w@])@[A-Z][A-Z0-9_]{1,100}@(?![\w@])`,
  String.raw`(?<![\w%])%%?[A-Z][A-Z0-9_]{1,100}%%?(?![\w%])`,
  String.raw`#\{[A-Za-z][\w.-]{0,100}\}#`,
];
/** An envsubst variable that is a whole value or line; within longer text it counts as text. */
const VARIABLE = String.raw`(?=\$[A-Z_])(?<=^[ \t]{0,200}(?:- )?|[:\-] |!!\w{1,20} |\[ ?|, )\$[A-Z_][A-Z0-9_]{0,100}(?=[ \t]*(?:$|[,\]}]))`;

/** Replaces every character of a placeholder in a masked text: a character that YAML accepts and nobody uses. */
export const MASK = "\ue000";

const OPENINGS: Readonly<Record<Syntaxes, string>> = {
  terraform: TERRAFORM,
  all: [TERRAFORM, BRACKETS, ...NAMES, VARIABLE, `${MASK}+`].join("|"),
};

const CLOSINGS: Readonly<Record<string, string>> = { "{{": "}}", "{%": "%}", "{#": "#}", "<%": "%>" };

/** First words of the steps. */
const OPEN = /^(?:if|unless|for|foreach|range|with|block|define|macro|filter|call|each|while|case|raw)\b/;
const ELSE = /^(?:else|elif|elsif|elseif|when)\b/;
const CLOSE = /^(?:end(?:if|for|raw|block|macro|call|filter|set|autoescape|with)?\b|\})/;
/** Blocks whose content is used elsewhere. */
const DEFINITION = /^(?:macro\b|define\b|set\s+[^=]*$)/;
/** Go's steps, which use the same brackets as values. */
const GO_STEP = /^(?:(?:if|range|with|block|define)\s+[^|}\s]|else\s*(?:if\b|[-~}])|end\s*[-~}])/;

/** All placeholders in a text, in order; they are not nested. */
export function findPlaceholders(text: string, syntaxes: Syntaxes): Placeholder[] {
  const found: Placeholder[] = [];
  let done = 0;
  let open = 0;
  for (const match of text.matchAll(new RegExp(OPENINGS[syntaxes], "gm"))) {
    const [opening] = match;
    const start = match.index;
    if (start < done) continue;
    const isWhole = CLOSINGS[opening] === undefined && !opening.endsWith("{");
    const end = isWhole ? start + opening.length : endOf(text, start, opening);
    if (end === undefined && ++open > MOST_OPEN) break;
    if (end === undefined) continue;
    const placeholder = text.slice(start, end);
    const role = isWhole ? "value" : roleOf(placeholder);
    const isDefinition = role === "open" && DEFINITION.test(wordsOf(placeholder));
    found.push({ start, end, role, ...(isDefinition ? { isDefinition } : {}) });
    done = end;
  }
  return found;
}

/** The position after the end of a placeholder; undefined if it is not closed. */
function endOf(text: string, start: number, opening: string): number | undefined {
  const limit = Math.min(text.length, start + LONGEST);
  const closing = CLOSINGS[opening];
  if (closing === undefined) return endOfBraces(text, start, limit);
  const isComment = /^(?:\{#|<%#|\{\{-? ?[/!])/.test(text.slice(start, start + 6));
  const quoted = isComment ? undefined : endOutsideQuotes(text, start, limit, closing);
  const plain = text.slice(start, limit).indexOf(closing, 2);
  const end = quoted ?? (plain === -1 ? undefined : start + plain + 2);
  const isTriple = end !== undefined && text.startsWith("{{{", start) && text[end] === "}";
  return isTriple ? end + 1 : end;
}

/** The same, ignoring brackets in quoted strings of the template language. */
function endOutsideQuotes(text: string, start: number, limit: number, closing: string): number | undefined {
  for (let at = start + 2; at < limit; at++) {
    if (text.startsWith(closing, at)) return at + 2;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") continue;
    at = closingQuote(text, at, limit) ?? at;
  }
  return undefined;
}

function closingQuote(text: string, start: number, limit: number): number | undefined {
  for (let at = start + 1; at < limit && text[at] !== "\n"; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === text[start]) return at;
  }
  return undefined;
}

function endOfBraces(text: string, start: number, limit: number): number | undefined {
  let depth = 0;
  for (let at = start + 1; at < limit; at++) {
    if (text[at] === "{") depth++;
    else if (text[at] === "}" && --depth === 0) return at + 1;
  }
  return undefined;
}

function roleOf(placeholder: string): Role {
  const opening = placeholder.slice(0, 2);
  const words = wordsOf(placeholder);
  if (opening === "${" || placeholder.startsWith("<%=")) return "value";
  if (opening === "{#" || placeholder.startsWith("<%#") || placeholder.startsWith("<%|")) return "none";
  if (opening === "{{") {
    if (words.startsWith("/*") || words.startsWith("!") || /^\$\w+ *:?= /.test(words)) return "none";
    if (/^[#^]/.test(words)) return "open";
    if (words.startsWith("/")) return "close";
    if (!GO_STEP.test(words)) return "value";
  }
  if (/^include\b/.test(words)) return "value";
  if (ELSE.test(words) || /^\} *els/.test(words)) return "else";
  if (CLOSE.test(words)) return "close";
  const isBlock = opening === "<%" && /(?:\bdo\b(?: *\|[^|]*\|)?|\{(?: *\|[^|]*\|)?)\s*[-+]?%>$/.test(placeholder);
  const isSet = opening === "{%" && DEFINITION.test(words);
  return OPEN.test(words) || isBlock || isSet ? "open" : "none";
}

/** The text between the brackets, including the closing ones. */
function wordsOf(placeholder: string): string {
  return placeholder.slice(2).replace(/^[-~+]?\s*/, "");
}
