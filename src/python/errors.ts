/** Thrown where the real module raises: what it did before stays, cloud-init logs it and goes on. */
export class ModuleFailure extends Error {}

/** Thrown where the real code raises, so that the network stays unconfigured. The message is for the user. */
export class NetworkFailure extends Error {}

/** Thrown where the real code does something that is not simulated. The message is a reason for an unknown content. */
export class NotPredicted extends Error {}
