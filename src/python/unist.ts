// The types of unist, https://github.com/syntax-tree/unist, so that this package's own types need no other package.

/** A place in a text. `line` and `column` count from 1, `offset` from 0. */
export interface Point {
  line: number;
  column: number;
  offset?: number | undefined;
}

/** From the first character to the place after the last. */
export interface Position {
  start: Point;
  end: Point;
}

/** A node of a syntax tree. */
export interface UnistNode {
  type: string;
  position?: Position | undefined;
}
