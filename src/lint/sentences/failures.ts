import type { FailureReason } from "../../boot/failure.ts";

/** Why a module fails, as a sentence without its full stop, and what to do about it. */
export interface FailureSentence {
  readonly what: string;
  readonly advice: string | undefined;
}

/** The sentence of a module's error. `message` is the error's own text. */
export function failureSentence(module: string, message: string, reason: FailureReason | null): FailureSentence {
  if (reason === null) return { what: `${module} fails: ${message}`, advice: undefined };
  switch (reason.code) {
    case "own-group-exists":
      return reason.isRequested
        ? {
            what: `The groups of the user ${reason.user} contain ${reason.user} itself: cloud-init creates that group first, so useradd refuses to create the user, and ${module} fails`,
            advice: `Remove ${reason.user} from its groups; useradd creates the user's own group.`,
          }
        : {
            what: `useradd refuses to create the user ${reason.user}, since a group of that name exists, and ${module} fails`,
            advice: `Add "primary_group: ${reason.user}" to the user.`,
          };
    case "user-id-taken":
      return {
        what: `The uid ${reason.uid} of the user ${reason.user} belongs to ${reason.holder || "another account"}: useradd refuses to create the user, and ${module} fails`,
        advice: "Choose a uid that is free, or remove the key.",
      };
    case "owner-missing":
      return {
        what: `The owner of ${reason.path}, the ${reason.kind} ${reason.name}, does not exist when ${module} runs, so it fails`,
        advice: `Create the ${reason.kind} in the image, or, if cloud-init creates it, add "defer: true" to the entry (since 21.4).`,
      };
    case "user-missing":
      return { what: `The user ${reason.user} does not exist when ${module} runs, so it fails`, advice: undefined };
    case "locale-missing": {
      const [first = "", ...more] = reason.locales;
      const which = more.length === 0 ? `The locale ${first}` : `The locales ${reason.locales.join(", ")}`;
      const [verb, they] = more.length === 0 ? ["does", "it"] : ["do", "them"];
      return {
        what: `${which} ${verb} not exist in the image: update-locale rejects ${they}, and ${module} fails`,
        advice: `Generate ${they} in the image with locale-gen.`,
      };
    }
    case "time-zone-missing":
      return {
        what: `The time zone ${reason.zone} does not exist in /usr/share/zoneinfo, so ${module} fails`,
        advice: "Correct its name, or install the package tzdata.",
      };
    case "template-missing":
      return {
        what: `The template ${reason.template} is missing from /etc/cloud/templates, so ${module} fails`,
        advice: `Install the template, or remove the setting that makes ${module} run.`,
      };
  }
}
