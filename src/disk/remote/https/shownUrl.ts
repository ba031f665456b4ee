/** Query parameters that grant access to anyone who has the URL: those of signed URLs, and tokens and passwords. */
const SECRET =
  /sig|token|secret|passw|pwd|credential|auth|key|sas|jwt|session|policy|code|^(?:x-amz-security-token|awsaccesskeyid)$/i;

/** Everything before the last @ of a host; of what is no URL, since a password is not encoded, before the last of all. */
const USERINFO = { valid: /^([a-z]+:\/\/)[^/?#]*@/i, invalid: /^([a-z]+:\/\/).*@/is };

/** An id and a key in front of a bucket, where other programs take them; the key may have slashes. */
const BEFORE_BUCKET = /^(s3:\/\/)[^/:@]+:.*@/is;

/** A query parameter without a value that is not a secret, such as `download` or `v2`. */
const PLAIN = /^(?:[a-z_-]*|.{1,7})$/;

/**
 * A name of an image as messages and reports show it: of a URL, the user, the password and what is secret in its query are
 * hidden, in the form in which reports hide secrets.
 */
export function shownName(name: string): string {
  const isObject = /^s3:\/\//i.test(name);
  if (!isObject && !/^https?:\/\//i.test(name)) return name;
  const withoutUser = name.replace(
    isObject ? BEFORE_BUCKET : URL.canParse(name) ? USERINFO.valid : USERINFO.invalid,
    "$1<<hidden:userinfo>>@",
  );
  // What follows the bucket is a key, whatever it looks like.
  if (isObject) return withoutUser;
  const [, before = "", query = ""] = /^([^?#]*)(\?[^#]*)?/.exec(withoutUser) ?? [];
  return (
    before +
    query.replace(/([?&;])([^=&;]*)(?:=([^&;]*))?/g, (all, mark: string, parameter: string, value?: string) => {
      if (value === undefined) return PLAIN.test(parameter) ? all : `${mark}<<hidden:token>>`;
      return value !== "" && SECRET.test(decoded(parameter)) ? `${mark}${parameter}=<<hidden:token>>` : all;
    })
  );
}

function decoded(parameter: string): string {
  try {
    return decodeURIComponent(parameter);
  } catch {
    return parameter;
  }
}
