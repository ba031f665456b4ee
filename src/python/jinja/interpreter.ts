import { hashable } from "../checked.ts";
import { Dict, isDict, type PyValue, Tuple, truth } from "../dataModel.ts";
import { CannotTell, Raises } from "../errors.ts";
import { str } from "../repr.ts";
import type { Budget } from "./budget.ts";
import { applyFilter } from "./filters.ts";
import { globals } from "./globals.ts";
import { Loop } from "./loop.ts";
import { attribute, slice, subscript } from "./members.ts";
import { arithmetic, holds, isNumber, negate } from "./operators.ts";
import { Scope } from "./scope.ts";
import type { Arguments, Block, BlockFilter, Expression, Parameter, Statement, Target } from "./syntax.ts";
import { applyTest } from "./tests.ts";
import { CallArguments, Callable, iterate, Namespace, orUndefined, Undefined, View } from "./value.ts";

/** The maximum depth of calls between macros. */
const DEEPEST = 50;

/** Runs a template. */
export class Interpreter {
  readonly #budget: Budget;
  #output: string[] = [];
  #depth = 0;

  constructor(budget: Budget) {
    this.#budget = budget;
  }

  render(template: Block, variables: ReadonlyMap<string, PyValue>): string {
    return this.#capture(
      template,
      new Scope(new Scope(undefined, undefined, new Map([...globals(this.#budget), ...variables])), template),
    );
  }

  #capture(block: Block, scope: Scope): string {
    const outer = this.#output;
    this.#output = [];
    this.#run(block, scope);
    const text = this.#output.join("");
    this.#output = outer;
    return text;
  }

  #write(text: string): void {
    this.#output.push(this.#budget.text(text));
  }

  #run(block: Block, scope: Scope): void {
    for (const statement of block) this.#execute(statement, scope);
  }

  #execute(statement: Statement, scope: Scope): void {
    this.#budget.step();
    switch (statement.type) {
      case "text":
        this.#write(statement.text);
        break;
      case "print":
        this.#write(str(this.#evaluate(statement.value, scope), this.#budget));
        break;
      case "do":
        this.#evaluate(statement.value, scope);
        break;
      case "if": {
        const branch = statement.branches.find(({ test }) => truth(this.#evaluate(test, scope)));
        this.#run(branch?.body ?? statement.otherwise, scope);
        break;
      }
      case "for":
        this.#loop(statement, scope);
        break;
      case "set":
        this.#assign(statement.target, this.#evaluate(statement.value, scope), scope);
        break;
      case "capture": {
        const text = this.#capture(statement.body, new Scope(scope, statement.body));
        this.#assign(statement.target, this.#filtered(text, statement.filters, scope), scope);
        break;
      }
      case "filter": {
        const text = this.#capture(statement.body, new Scope(scope, statement.body));
        this.#write(str(this.#filtered(text, statement.filters, scope), this.#budget));
        break;
      }
      case "with": {
        const inner = new Scope(scope, statement.body);
        for (const [target, value] of statement.variables) this.#assign(target, this.#evaluate(value, scope), inner);
        this.#run(statement.body, inner);
        break;
      }
      case "macro":
        scope.set(statement.name, this.#macro(statement.parameters, statement.body, scope));
        break;
    }
  }

  #filtered(text: string, filters: readonly BlockFilter[], scope: Scope): PyValue {
    return filters.reduce<PyValue>(
      (value, { name, args }) => applyFilter(name, value, this.#arguments(args, scope), this.#budget),
      text,
    );
  }

  #loop(loop: Extract<Statement, { type: "for" }>, scope: Scope): void {
    const list = this.#evaluate(loop.list, scope);
    const dict = list instanceof View ? list.dict : isDict(list) ? list : undefined;
    const size = dict?.size;
    let items = iterate(list);
    const { filter } = loop;
    if (filter !== undefined)
      items = items.filter((item) => {
        const inner = new Scope(scope);
        this.#assign(loop.target, item, inner);
        return truth(this.#evaluate(filter, inner));
      });
    if (items.length === 0) this.#run(loop.otherwise, new Scope(scope, loop.otherwise));
    const facts = new Loop(items, this.#budget);
    for (let index = 0; index < items.length; index++) {
      this.#budget.step();
      const inner = new Scope(scope, loop.body);
      inner.set("loop", facts.round(index));
      this.#assign(loop.target, items[index]!, inner);
      this.#run(loop.body, inner);
      // Python notices when it asks for the next key, also after the last one.
      if (dict?.size !== size) throw new Raises("a loop changes the size of the mapping it iterates over");
    }
  }

  #assign(target: Target, value: PyValue, scope: Scope): void {
    if (target.type === "name") scope.set(target.name, value);
    else if (target.type === "member") {
      const object = scope.get(target.namespace);
      if (!(object instanceof Namespace)) throw new Raises("only the attributes of a namespace can be set");
      object.attributes.set(target.name, value);
    } else {
      const items = iterate(value);
      if (items.length !== target.items.length) throw new Raises("the number of names and the number of values differ");
      target.items.forEach((inner, index) => {
        this.#assign(inner, items[index]!, scope);
      });
    }
  }

  #macro(parameters: readonly Parameter[], body: Block, scope: Scope): Callable {
    return new Callable((args) => {
      if (++this.#depth > DEEPEST) throw new CannotTell("its macros are nested too deeply");
      args.check(...parameters.map(({ name }) => name));
      const inner = new Scope(scope, body);
      // What the body sets later does not hide outer names from the defaults.
      const outer = new Scope(scope);
      parameters.forEach(({ name, fallback }, index) => {
        const given = args.at(index, name);
        const missing = () => (fallback === undefined ? new Undefined(name) : this.#evaluate(fallback, outer));
        const value = given === undefined ? missing() : given;
        for (const frame of [outer, inner]) frame.set(name, value);
      });
      const text = this.#capture(body, inner);
      this.#depth--;
      return text;
    });
  }

  #arguments(args: Arguments, scope: Scope): CallArguments {
    return new CallArguments(
      args.positional.map((value) => this.#evaluate(value, scope)),
      new Map(args.named.map(([name, value]) => [name, this.#evaluate(value, scope)])),
    );
  }

  #evaluate(node: Expression, scope: Scope): PyValue {
    this.#budget.step();
    switch (node.type) {
      case "constant":
        return node.value;
      case "name":
        return orUndefined(scope.get(node.name), node.name);
      case "list":
        return node.items.map((item) => this.#evaluate(item, scope));
      case "tuple":
        return new Tuple(node.items.map((item) => this.#evaluate(item, scope)));
      case "dict": {
        const dict = new Dict();
        for (const [key, value] of node.pairs)
          dict.set(hashable(this.#evaluate(key, scope), "the key"), this.#evaluate(value, scope));
        return dict;
      }
      case "attribute":
        return attribute(this.#evaluate(node.object, scope), node.name, this.#budget);
      case "item": {
        const object = this.#evaluate(node.object, scope);
        if (node.key.type !== "slice") return subscript(object, this.#evaluate(node.key, scope), this.#budget);
        const parts = node.key.parts.map((part) => (part === undefined ? undefined : this.#evaluate(part, scope)));
        // Jinja evaluates literals in advance, and differently.
        if (typeof object !== "string" && (node.object.type === "dict" || isConstant(node.object)))
          throw new CannotTell("it slices a literal that is not a string");
        return slice(object, parts, this.#budget);
      }
      case "slice":
        throw new Raises("a slice outside of brackets");
      case "call":
        return this.#call(this.#evaluate(node.callee, scope), this.#arguments(node.args, scope));
      case "filter":
        return applyFilter(
          node.name,
          this.#evaluate(node.value, scope),
          this.#arguments(node.args, scope),
          this.#budget,
        );
      case "test": {
        return applyTest(node.name, this.#evaluate(node.value, scope), this.#arguments(node.args, scope), this.#budget);
      }
      case "unary": {
        const value = this.#evaluate(node.value, scope);
        return node.operator === "not" ? !truth(value) : negate(node.operator, value);
      }
      case "binary":
        if (node.operator === "**" && isConstant(node.left) && !isConstant(node.right)) return this.#power(node, scope);
        return arithmetic(
          node.operator,
          this.#evaluate(node.left, scope),
          this.#evaluate(node.right, scope),
          this.#budget,
        );
      case "logic": {
        const left = this.#evaluate(node.left, scope);
        return truth(left) === (node.operator === "or") ? left : this.#evaluate(node.right, scope);
      }
      case "compare": {
        let left = this.#evaluate(node.first, scope);
        for (const { operator, value } of node.rest) {
          const right = this.#evaluate(value, scope);
          if (!holds(operator, left, right, this.#budget)) return false;
          left = right;
        }
        return true;
      }
      case "concat":
        return this.#budget.text(node.items.map((item) => str(this.#evaluate(item, scope), this.#budget)).join(""));
      case "choice":
        if (truth(this.#evaluate(node.test, scope))) return this.#evaluate(node.yes, scope);
        return node.no === undefined ? new Undefined("None", "") : this.#evaluate(node.no, scope);
    }
  }

  /**
   * Jinja writes a constant into Python's code, where a sign before it applies to the power: `-3 ** n` is -(3 ** n).
   */
  #power({ left, right }: Extract<Expression, { type: "binary" }>, scope: Scope): PyValue {
    const base = this.#evaluate(left, scope);
    const exponent = this.#evaluate(right, scope);
    if (!isNumber(base) || !/^-/.test(str(base))) return arithmetic("**", base, exponent, this.#budget);
    return negate("-", arithmetic("**", negate("-", base), exponent, this.#budget));
  }

  #call(callee: PyValue, args: CallArguments): PyValue {
    if (callee instanceof Undefined) throw new Raises(`${callee.name} is undefined`);
    if (!(callee instanceof Callable)) throw new Raises("the value is not callable");
    return callee.call(args);
  }
}

/** Whether an expression is calculated before the template runs. */
function isConstant(node: Expression): boolean {
  if (node.type === "unary") return isConstant(node.value);
  return node.type === "constant" || (node.type === "binary" && isConstant(node.left) && isConstant(node.right));
}
