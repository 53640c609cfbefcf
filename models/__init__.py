"""The minutes model: fit, artifact, registry, prediction."""
