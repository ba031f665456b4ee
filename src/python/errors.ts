/**
 * The real Python code raises here. Its earlier changes stay; its caller in cloud-init decides what stops: a part of
 * user-data, a module, a stage. The message says what is wrong.
 */
export class Raises extends Error {}

/**
 * What the real code does here is not known, not simulated or too expensive to simulate. The message is the reason.
 * It is never a failure of cloud-init.
 */
export class CannotTell extends Error {}
