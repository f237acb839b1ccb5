#pragma once
// Rows made of known features: sparse sums of 64 unit atoms in 32 dimensions, amplitudes even in [.5, 1.5], no noise.
// What an SAE has to find again.
#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <tl/core/philox.hpp>
#include <tl/sae/activation_buffer.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/sae_trainer.hpp>
#include <vector>

struct PlantedDictionary {
  static constexpr std::size_t atoms = 64, d = 32, rows_a_document = 256;
  enum class Atoms {
    random,     // directions drawn evenly: cosines of .18 on average, .6 at most
    two_bases,  // the axes and Hadamard's: cosines of 0 within each, of 1 / sqrt(32) = .18 between them
  };
  std::vector<float> atom = std::vector<float>(atoms * d);  // [atoms, d], of norm 1
  std::size_t exactly;                                      // atoms of a row; 0: each with probability .05

  explicit PlantedDictionary(std::size_t active, Atoms which = Atoms::random) : exactly(active) {
    if (which == Atoms::random) {
      tl::fill_normal(atom, 1, {1, 0}, 0, tl::Purpose::test);
      for (std::size_t i = 0; i != atoms; ++i) {
        float square = 0;
        for (std::size_t j = 0; j != d; ++j) square += atom[i * d + j] * atom[i * d + j];
        for (std::size_t j = 0; j != d; ++j) atom[i * d + j] /= std::sqrt(square);
      }
      return;
    }
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
  // feature adds more than a threshold: the one, of 0, .02, ... .7, that is best on the first 8 documents of training.
  struct Score {
    double mean_max_cosine, support_f1;
  };
  Score score(const tl::TrainedSae& trained) const {
    const std::size_t d_sae = trained.config.d_sae;
    std::vector<float> norm(d_sae);
    for (std::size_t f = 0; f != d_sae; ++f) {
      for (std::size_t j = 0; j != d; ++j)
        norm[f] += trained.weights.W_dec[f * d + j] * trained.weights.W_dec[f * d + j];
      norm[f] = std::sqrt(norm[f]);
    }
    std::vector<std::size_t> nearest(atoms);
    double cosines = 0;
    for (std::size_t i = 0; i != atoms; ++i) {
      float best = -2;
      for (std::size_t f = 0; f != d_sae; ++f) {
        float dot = 0;
        for (std::size_t j = 0; j != d; ++j) dot += trained.weights.W_dec[f * d + j] * atom[i * d + j];
        if (dot / norm[f] > best) best = dot / norm[f], nearest[i] = f;
      }
      cosines += double{best};
    }
    const tl::DynamicSae<> sae(trained.config, trained.weights, {1});
    // Of each threshold, over 8 documents from `first` on.
    const auto f1 = [&](std::uint64_t first) {
      tl::AlignedVector<float> rows;
      std::vector<std::vector<bool>> support;
      for (std::uint64_t document = first; document != first + 8; ++document) read(document, rows, &support);
      const auto features = sae.encode({rows.data(), support.size(), d}, {1}).features;
      std::vector<double> right(thresholds), found(thresholds);
      double there = 0;
      std::vector<std::size_t> above(d_sae);  // thresholds that the feature is above
      for (std::size_t r = 0; r != support.size(); ++r) {
        std::fill(above.begin(), above.end(), 0);
        for (std::size_t e = features.row_starts[r]; e != features.row_starts[r + 1]; ++e) {
          const float adds = features.values[e] * norm[features.indices[e]];
          std::size_t& n = above[features.indices[e]];
          while (n != thresholds && adds > .02f * static_cast<float>(n)) found[n++] += 1;
        }
        for (std::size_t i = 0; i != atoms; ++i) {
          if (!support[r][i]) continue;
          there += 1;
          for (std::size_t n = 0; n != above[nearest[i]]; ++n) right[n] += 1;
        }
      }
      for (std::size_t n = 0; n != thresholds; ++n) right[n] *= 2 / (found[n] + there);
      return right;
    };
    const auto of_training = f1(0);
    const auto best = std::max_element(of_training.begin(), of_training.end()) - of_training.begin();
    return {cosines / double{atoms}, f1(1u << 30)[static_cast<std::size_t>(best)]};
  }
  static constexpr std::size_t thresholds = 36;
};
