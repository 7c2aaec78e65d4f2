"""Who may call what: identities, policies, keys, networks, Lake Formation."""
