"""The channels: one module each, all with the interface of `carriers.Carrier`."""
