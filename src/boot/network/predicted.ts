import { unknown } from "../../image/unknown.ts";
import { CannotTell } from "../../python/errors.ts";

/** A result of the boot, or why it is unknown. */
export type Predicted<Value> = { readonly value: Value } | { readonly reason: string };

/** Applies `make` to a value; unknown if the value is, or if `make` is not simulated. */
export function predict<From, To>(from: Predicted<From>, make: (value: From) => To): Predicted<To> {
  if ("reason" in from) return from;
  try {
    return { value: make(from.value) };
  } catch (error) {
    if (error instanceof CannotTell) return { reason: error.message };
    throw error;
  }
}

/** A string, or the placeholder of an unknown one. */
export function textOf(text: Predicted<string>): string {
  return "reason" in text ? unknown(text.reason) : text.value;
}
