/** Query parameters that grant access to anyone who has the URL: those of signed URLs, and tokens and passwords. */
const SECRET =
  /sig|token|secret|passw|pwd|credential|auth|key|sas|jwt|session|policy|code|^(?:x-amz-security-token|awsaccesskeyid)$/i;

/** Everything before the last @ of a host; of what is no URL, since a password is not encoded, before the last of all. */
const USERINFO = { valid: /^([a-z]+:\/\/)[^/?#]*@/i, invalid: /^([a-z]+:\/\/).*@/is };

/**
 * A name of an image as messages and reports show it: of a URL, the user, the password and what is secret in its query are
 * hidden, in the form in which reports hide secrets.
 */
export function shownName(name: string): string {
  if (!/^https?:\/\//i.test(name)) return name;
  const withoutUser = name.replace(URL.canParse(name) ? USERINFO.valid : USERINFO.invalid, "$1<<hidden:userinfo>>@");
  const [, before = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(withoutUser) ?? [];
  return (
    before +
    query.replace(/([?&;])([^=&;]*)=([^&;]+)/g, (all, mark: string, parameter: string) =>
      SECRET.test(parameter) ? `${mark}${parameter}=<<hidden:token>>` : all,
    )
  );
}
