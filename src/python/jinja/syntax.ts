import type { PyValue } from "../dataModel.ts";

/** The expressions of the language. */
export type Expression =
  | { readonly type: "constant"; readonly value: PyValue }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "list" | "tuple"; readonly items: readonly Expression[] }
  | { readonly type: "dict"; readonly pairs: readonly (readonly [key: Expression, value: Expression])[] }
  | { readonly type: "attribute"; readonly object: Expression; readonly name: string }
  | { readonly type: "item"; readonly object: Expression; readonly key: Expression }
  | { readonly type: "slice"; readonly parts: readonly (Expression | undefined)[] }
  | { readonly type: "call"; readonly callee: Expression; readonly args: Arguments }
  | { readonly type: "filter"; readonly value: Expression; readonly name: string; readonly args: Arguments }
  | { readonly type: "test"; readonly value: Expression; readonly name: string; readonly args: Arguments }
  | { readonly type: "unary"; readonly operator: "-" | "+" | "not"; readonly value: Expression }
  | { readonly type: "binary"; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly type: "logic"; readonly operator: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly type: "compare"; readonly first: Expression; readonly rest: readonly Comparison[] }
  | { readonly type: "concat"; readonly items: readonly Expression[] }
  | {
      readonly type: "choice";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression | undefined;
    };

export interface Comparison {
  readonly operator: string;
  readonly value: Expression;
}

export interface Arguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [name: string, value: Expression])[];
}

/** What `for` and `set` assign to. */
export type Target =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "member"; readonly namespace: string; readonly name: string }
  | { readonly type: "targets"; readonly items: readonly Target[] };

export type Statement =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "print"; readonly value: Expression }
  | { readonly type: "do"; readonly value: Expression }
  | { readonly type: "if"; readonly branches: readonly Branch[]; readonly otherwise: Block }
  | {
      readonly type: "for";
      readonly target: Target;
      readonly list: Expression;
      readonly filter: Expression | undefined;
      readonly body: Block;
      readonly otherwise: Block;
    }
  | { readonly type: "set"; readonly target: Target; readonly value: Expression }
  | {
      readonly type: "capture";
      readonly target: Target;
      readonly filters: readonly BlockFilter[];
      readonly body: Block;
    }
  | { readonly type: "filter"; readonly filters: readonly BlockFilter[]; readonly body: Block }
  | { readonly type: "with"; readonly variables: readonly (readonly [Target, Expression])[]; readonly body: Block }
  | { readonly type: "macro"; readonly name: string; readonly parameters: readonly Parameter[]; readonly body: Block };

export type Block = readonly Statement[];

export interface Branch {
  readonly test: Expression;
  readonly body: Block;
}

export interface BlockFilter {
  readonly name: string;
  readonly args: Arguments;
}

export interface Parameter {
  readonly name: string;
  readonly fallback: Expression | undefined;
}
