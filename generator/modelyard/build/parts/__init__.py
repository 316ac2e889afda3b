"""What several builders share: names, labels, pods, peers and queries."""
