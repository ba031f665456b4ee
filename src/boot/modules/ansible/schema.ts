import {
  any,
  count,
  either,
  flag,
  hidingOthers,
  type Keys,
  keys,
  list,
  needs,
  secret,
  since,
  text,
  texts,
  values,
} from "../../../config/schema/forms.ts";

const pull = needs(
  keys({
    accept_host_key: flag,
    checkout: text,
    clean: flag,
    connection: text,
    diff: flag,
    full: flag,
    inventory: since("24.2", text),
    module_name: text,
    module_path: text,
    playbook_name: text,
    playbook_names: since("25.2", texts),
    private_key: secret("key", text),
    scp_extra_args: text,
    sftp_extra_args: text,
    skip_tags: text,
    sleep: text,
    ssh_common_args: text,
    tags: text,
    timeout: text,
    url: text,
    vault_id: text,
    vault_password_file: text,
    verify_commit: since("24.2", flag),
  }),
  ["url", "playbook_name"],
  ["url", "playbook_names"],
);

/** cc_ansible (schema of 26.2). */
export const ansibleKeys = {
  ansible: keys({
    ansible_config: text,
    galaxy: keys({ actions: list(texts) }, ["actions"]),
    install_method: values("distro", "pip"),
    package_name: text,
    pull: either(list(pull), pull),
    run_user: text,
    setup_controller: keys({
      repositories: list(keys({ path: text, source: text }, ["path", "source"])),
      run_ansible: list(
        hidingOthers("password", {
          background: count,
          forks: count,
          inventory: any,
          playbook_dir: text,
          playbook_name: text,
          tags: any,
        }),
      ),
    }),
  }),
} satisfies Keys;
