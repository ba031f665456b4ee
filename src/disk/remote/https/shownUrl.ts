/** Query parameters that grant access to anyone who has the URL: those of signed URLs, and tokens and passwords. */
const SECRET =
  /sig|token|secret|passw|pwd|credential|auth|key|sas|jwt|session|policy|code|^(?:x-amz-security-token|awsaccesskeyid)$/i;

/** Everything before the last @ of a host, also if a slash in a password was not encoded. */
const USERINFO = /^([a-z]+:\/\/)(?:[^/?#]*@|[^/?#:@]*:(?!\d{1,5}(?:\/|$))[^@]*@)/i;

/**
 * A name of an image as messages and reports show it: of a URL, the user, the password and what is secret in its query are
 * hidden, in the form in which reports hide secrets.
 */
export function shownName(name: string): string {
  if (!/^https?:\/\//i.test(name)) return name;
  const [, before = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(name) ?? [];
  return (
    before.replace(USERINFO, "$1<<hidden:userinfo>>@") +
    query.replace(/([?&;])([^=&;]*)=([^&;]+)/g, (all, mark: string, parameter: string) =>
      SECRET.test(parameter) ? `${mark}${parameter}=<<hidden:token>>` : all,
    )
  );
}
