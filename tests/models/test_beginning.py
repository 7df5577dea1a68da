"""The training of the model that ships with the package begins with the known digest, on every machine."""

from __future__ import annotations

import shirokuro as sk
from shirokuro import models


def test_the_first_games_of_the_shipped_model_have_the_known_digest() -> None:
    # After a change of the preset, `scripts/ship_model.py beginning` renews the digest.
    facts = models.facts()
    trainer = sk.Trainer(sk.TrainConfig.preset(facts["preset"]).replace(seed=facts["seed"]))
    trainer.train_batch(facts["beginning"]["games"])
    assert trainer.digest() == facts["beginning"]["digest"]
