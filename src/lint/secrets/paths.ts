/** Files that are secret as a whole. */
const WHOLE =
  /(?:^|\/)(?:etc\/chef\/[^/]+\.pem|etc\/chef\/(?:encrypted_data_bag_secret|client\.key)|etc\/ssl\/private\/.+|etc\/pki\/tls\/private\/.+|etc\/pki\/(?:entitlement|consumer)\/[^/]*key[^/]*|pki\/(?:[^/]+\/)?(?:minion|master)\.pem|etc\/mcollective\/ssl\/[^/]*private[^/]*|ssl\/private_keys\/.+|csr_attributes\.yaml|etc\/ppp\/[^/]*-secrets|etc\/ipsec\.secrets|(?:ntp|ntpsec|chrony)\.keys|etc\/ntp\/keys|etc\/postfix\/sasl_passwd|etc\/openvpn\/(?:.*\/)?[^/]*(?:auth|login|pass|cred)[^/]*|\.pgpass|\.vault-token|\.git-credentials|\.erlang\.cookie|etc\/(?:krb5|[^/]+)\.keytab|random[-_]seed|ssh_host_\w+_key|\.ssh\/(?:id|identity)[^/.]*|[^/]*(?:secret|credential|password|passphrase|token)s?(?:\.(?:txt|key|dat))?|[^/]+\.(?:key|keytab|p12|pfx|jks|kdbx|ppk))$/i;
/** Files with similar names that contain no secret. */
const NOT_WHOLE = /\/(?:pam\.d|cloud\.cfg\.d|templates|modules?|systemd)\/|\/etc\/(?:default|init\.d)\/|\.pub$/;

/** Whether the whole content of a file is secret. */
export function isSecretFile(path: string): boolean {
  return WHOLE.test(path) && !NOT_WHOLE.test(path);
}
