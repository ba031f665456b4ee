import { unknown } from "../../image/unknown.ts";
import { CannotTell } from "../../python/errors.ts";

/** Something that the boot makes, or why it is unknown. */
export type Predicted<Value> = { readonly value: Value } | { readonly reason: string };

/** What is made of something, unknown where that is or where making it is not simulated. */
export function predict<From, To>(from: Predicted<From>, make: (value: From) => To): Predicted<To> {
  if ("reason" in from) return from;
  try {
    return { value: make(from.value) };
  } catch (error) {
    if (error instanceof CannotTell) return { reason: error.message };
    throw error;
  }
}

/** A text, or the placeholder of one that is unknown. */
export function textOf(text: Predicted<string>): string {
  return "reason" in text ? unknown(text.reason) : text.value;
}
