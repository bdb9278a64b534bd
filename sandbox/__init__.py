"""An Azure on a laptop: ARM, identity, a Functions host with its Durable engine, a webhook inbox, one virtual clock."""
