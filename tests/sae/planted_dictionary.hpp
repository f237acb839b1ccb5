#pragma once
// Rows made of known features: sparse sums of unit atoms. What an SAE has to find again.
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <tl/sae/activation_buffer.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/sae_trainer.hpp>
#include <vector>

struct PlantedDictionary {
  static constexpr std::size_t atoms = 64, d = 32, rows_a_document = 256;
  // [atoms, d]: two orthonormal bases, the axes and Hadamard's, any of one at a cosine of 1 / sqrt(32) to any of the
  // other.
  std::vector<float> atom = std::vector<float>(atoms * d);
  std::size_t exactly;  // atoms of a row; 0: each with probability .05

  explicit PlantedDictionary(std::size_t active) : exactly(active) {
    for (std::size_t i = 0; i != d; ++i)
      for (std::size_t j = 0; j != d; ++j) {
        atom[i * d + j] = i == j ? 1.f : 0.f;
        atom[(d + i) * d + j] = (std::popcount(i & j) % 2 == 0 ? 1 : -1) / std::sqrt(static_cast<float>(d));
      }
  }

  // Rows of a document [rows_a_document, d], and, where asked for, which atoms each has.
  void read(std::uint64_t document, tl::AlignedVector<float>& rows, std::vector<std::vector<bool>>* support) const {
    std::mt19937_64 bits(document + 1);
    std::uniform_real_distribution<float> amplitude(.5f, 1.5f), chance(0, 1);
    for (std::size_t r = 0; r != rows_a_document; ++r) {
      std::vector<bool> has(atoms);
      for (std::size_t n = 0; n != exactly;)
        if (const std::size_t i = bits() % atoms; !has[i]) has[i] = true, ++n;
      if (exactly == 0)
        for (std::size_t i = 0; i != atoms; ++i) has[i] = chance(bits) < .05f;
      const std::size_t first = rows.size();
      rows.resize(first + d);
      std::fill(rows.begin() + static_cast<std::ptrdiff_t>(first), rows.end(), 0.f);
      for (std::size_t i = 0; i != atoms; ++i) {
        if (!has[i]) continue;
        const float a = amplitude(bits);
        for (std::size_t j = 0; j != d; ++j) rows[first + j] += a * atom[i * d + j];
      }
      if (support != nullptr) support->push_back(has);
    }
  }
  // 128 documents, again and again.
  tl::ActivationReader reader() const {
    std::vector<tl::AlignedVector<float>> made(128);
    for (std::size_t i = 0; i != made.size(); ++i) read(i, made[i], nullptr);
    return {d, [made](std::span<const std::uint64_t> documents, tl::AlignedVector<float>& rows) {
              for (const std::uint64_t document : documents) {
                const auto& of_document = made[document % made.size()];
                rows.insert(rows.end(), of_document.begin(), of_document.end());
              }
              return std::vector<std::size_t>(documents.size(), rows_a_document);
            }};
  }

  // How well an SAE found the atoms, on rows that it was not trained on. An atom counts as found in a row where its
  // feature adds more than half of the least amplitude that an atom has.
  static constexpr double least = .25;
  struct Score {
    double mean_max_cosine, support_f1;
  };
  Score score(const tl::TrainedSae& trained) const {
    std::vector<std::size_t> nearest(atoms);
    double cosines = 0;
    for (std::size_t i = 0; i != atoms; ++i) {
      double best = -2;
      for (std::size_t f = 0; f != trained.config.d_sae; ++f) {
        double dot = 0, square = 0;
        for (std::size_t j = 0; j != d; ++j) {
          const double w = trained.weights.W_dec[f * d + j];
          dot += w * double{atom[i * d + j]}, square += w * w;
        }
        if (dot / std::sqrt(square) > best) best = dot / std::sqrt(square), nearest[i] = f;
      }
      cosines += best;
    }
    tl::AlignedVector<float> rows;
    std::vector<std::vector<bool>> support;
    for (std::uint64_t document = 0; document != 8; ++document) read(1u << 30 | document, rows, &support);
    const tl::DynamicSae<> sae(trained.config, trained.weights, {1});
    const auto features = sae.encode({rows.data(), support.size(), d}, {1}).features;
    std::vector<double> norm(trained.config.d_sae);
    for (std::size_t f = 0; f != norm.size(); ++f) {
      for (std::size_t j = 0; j != d; ++j) norm[f] += std::pow(double{trained.weights.W_dec[f * d + j]}, 2);
      norm[f] = std::sqrt(norm[f]);
    }
    double right = 0, found = 0, there = 0;
    for (std::size_t r = 0; r != support.size(); ++r) {
      std::vector<bool> active(trained.config.d_sae);
      for (std::size_t e = features.row_starts[r]; e != features.row_starts[r + 1]; ++e)
        if (double{features.values[e]} * norm[features.indices[e]] > least) active[features.indices[e]] = true, ++found;
      for (std::size_t i = 0; i != atoms; ++i) {
        if (!support[r][i]) continue;
        there += 1;
        right += active[nearest[i]];
      }
    }
    return {cosines / double{atoms}, 2 * right / (found + there)};
  }
};
