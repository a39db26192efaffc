"""Every statement of schema `gateway`."""
