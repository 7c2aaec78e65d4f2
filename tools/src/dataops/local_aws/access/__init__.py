"""Access control: identities, policies, keys, networks, Lake Formation."""
