#!/usr/bin/env python3
"""Losses and gradients of SAELens' training classes, by its autograd in float64: what tests/sae/sae_loss_test.cpp reads.

    scripts/parity.d/sae_training.py OUT.npz     (Python packages: sae-lens==6.54.*, transformer-lens==3.9.*)
"""
import sys

import numpy as np
import torch
from sae_lens import (BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig, GatedTrainingSAE, GatedTrainingSAEConfig,
                      JumpReLUTrainingSAE, JumpReLUTrainingSAEConfig, MatryoshkaBatchTopKTrainingSAE,
                      MatryoshkaBatchTopKTrainingSAEConfig, StandardTrainingSAE, StandardTrainingSAEConfig,
                      TopKTrainingSAE, TopKTrainingSAEConfig)
from sae_lens.saes.sae import TrainStepInput

D_IN, D_SAE, ROWS = 12, 24, 20
STANDARD = StandardTrainingSAE, StandardTrainingSAEConfig
GATED = GatedTrainingSAE, GatedTrainingSAEConfig
JUMPRELU = JumpReLUTrainingSAE, JumpReLUTrainingSAEConfig
TOPK = TopKTrainingSAE, TopKTrainingSAEConfig
BATCHTOPK = BatchTopKTrainingSAE, BatchTopKTrainingSAEConfig
MATRYOSHKA = MatryoshkaBatchTopKTrainingSAE, MatryoshkaBatchTopKTrainingSAEConfig
# name: classes, options, whether there are dead features. The coefficient of sparsity is .3.
CASES = {
    "standard": (STANDARD, {}, False),
    "standard_raw_input": (STANDARD, dict(apply_b_dec_to_input=False), False),
    "gated": (GATED, {}, False),
    "jumprelu": (JUMPRELU, dict(jumprelu_bandwidth=.5), False),
    "jumprelu_ste": (JUMPRELU, dict(jumprelu_bandwidth=.5, jumprelu_ste_to_input=True, pre_act_loss_coefficient=.2), True),
    "jumprelu_tanh": (JUMPRELU, dict(jumprelu_bandwidth=.5, jumprelu_sparsity_loss_mode="tanh"), False),
    "topk": (TOPK, dict(k=4), True),
    "topk_unscaled": (TOPK, dict(k=4, rescale_acts_by_decoder_norm=False), False),
    "batchtopk": (BATCHTOPK, dict(k=3.5), True),
    "matryoshka": (MATRYOSHKA, dict(k=4, matryoshka_widths=[6, 13, 24]), False),
}


def main(out):
    torch.manual_seed(1)
    draw = lambda *shape: torch.randn(*shape).to(torch.float64)  # float32 numbers
    values = {"W_enc": draw(D_IN, D_SAE) / 3, "W_dec": draw(D_SAE, D_IN) / 3, "b_enc": draw(D_SAE) / 5,
              "b_dec": draw(D_IN) / 2, "threshold": draw(D_SAE).abs() / 4, "b_gate": draw(D_SAE) / 5,
              "b_mag": draw(D_SAE) / 5, "r_mag": draw(D_SAE) / 5}
    x, dead = draw(ROWS, D_IN), torch.arange(D_SAE) % 3 == 1
    arrays = {"x": x, "dead": dead.to(torch.float64), **values}
    for case, ((sae_class, config_class), options, has_dead) in CASES.items():
        sae = sae_class(config_class(d_in=D_IN, d_sae=D_SAE, dtype="float64", device="cpu", **options))
        for name, parameter in sae.named_parameters():
            parameter.data = values[name].clone()
        output = sae.training_forward_pass(TrainStepInput(
            sae_in=x, coefficients={"l1": .3, "l0": .3}, dead_neuron_mask=dead if has_dead else None,
            n_training_steps=1, is_logging_step=False))
        output.loss.backward()
        arrays[f"{case}.loss"] = output.loss.detach()
        arrays[f"{case}.mse"] = output.losses["mse_loss"].detach()
        arrays[f"{case}.l0"] = (output.feature_acts > 0).sum(-1).to(torch.float64).mean()
        for name, parameter in sae.named_parameters():
            arrays[f"{case}.{name}"] = parameter.grad
        if hasattr(sae, "topk_threshold"):  # after one update from 0
            arrays[f"{case}.least_active"] = sae.topk_threshold / sae.cfg.topk_threshold_lr
    np.savez(out, **{name: np.atleast_1d(value.numpy()).astype(np.float32) for name, value in arrays.items()})


main(sys.argv[1])
