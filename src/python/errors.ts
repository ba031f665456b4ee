/**
 * The real Python code raises here. What it did before stays; who calls it in cloud-init decides what stops: a part of
 * user-data, a module, a stage. The message says what is wrong.
 */
export class Raises extends Error {}

/**
 * What the real code does here is not known or not simulated, or it is more than we follow. The message is the reason.
 * It is never a failure of cloud-init.
 */
export class CannotTell extends Error {}
