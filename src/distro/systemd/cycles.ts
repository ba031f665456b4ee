import type { Order } from "./bootUnits.ts";

/** What each unit waits for. */
export type Waits = ReadonlyMap<string, readonly Order[]>;

/**
 * The number of the cycle component of each unit; undefined for units that are in no ordering cycle. Linear (Tarjan's
 * algorithm, without recursion).
 */
export function cyclicComponents(waits: Waits): Map<string, number> {
  const indexes = new Map<string, number>();
  const lows = new Map<string, number>();
  const stack: string[] = [];
  const onStack = new Set<string>();
  const components = new Map<string, number>();
  let count = 0;
  const enter = (unit: string) => {
    indexes.set(unit, indexes.size);
    lows.set(unit, indexes.size - 1);
    stack.push(unit);
    onStack.add(unit);
    return { unit, next: 0 };
  };
  const lower = (unit: string, to: number) => lows.set(unit, Math.min(lows.get(unit)!, to));
  const leave = (unit: string) => {
    if (lows.get(unit) !== indexes.get(unit)) return;
    const members = stack.splice(stack.lastIndexOf(unit));
    for (const member of members) {
      onStack.delete(member);
      if (members.length > 1) components.set(member, count);
    }
    count++;
  };
  for (const root of waits.keys()) {
    const path = indexes.has(root) ? [] : [enter(root)];
    for (let frame = path.at(-1); frame !== undefined; frame = path.at(-1)) {
      const order = waits.get(frame.unit)?.[frame.next++];
      if (order === undefined) {
        path.pop();
        const parent = path.at(-1);
        if (parent !== undefined) lower(parent.unit, lows.get(frame.unit)!);
        leave(frame.unit);
      } else if (!indexes.has(order.after)) path.push(enter(order.after));
      else if (onStack.has(order.after)) lower(frame.unit, indexes.get(order.after)!);
    }
  }
  return components;
}

/**
 * The shortest chain of orders from a unit to one for which `ends` is true, that passes a unit for which `passes` is true;
 * [] if the unit itself is both, undefined if there is none.
 */
export function chain(
  waits: Waits,
  from: string,
  ends: (unit: string) => boolean,
  passes: (unit: string) => boolean = () => true,
): Order[] | undefined {
  const key = (unit: string, passed: boolean) => `${passed ? "+" : "-"}${unit}`;
  const start = { unit: from, passed: passes(from) };
  const came = new Map<string, { from: string; order: Order } | undefined>([[key(from, start.passed), undefined]]);
  const queue = [start];
  for (const { unit, passed } of queue) {
    const here = key(unit, passed);
    if (passed && ends(unit)) return traced(came, here);
    for (const order of waits.get(unit) ?? []) {
      const next = { unit: order.after, passed: passed || passes(order.after) };
      const there = key(next.unit, next.passed);
      if (came.has(there)) continue;
      came.set(there, { from: here, order });
      queue.push(next);
    }
  }
  return undefined;
}

function traced(came: ReadonlyMap<string, { from: string; order: Order } | undefined>, end: string): Order[] {
  const orders: Order[] = [];
  for (let step = came.get(end); step !== undefined; step = came.get(step.from)) orders.push(step.order);
  return orders.reverse();
}
