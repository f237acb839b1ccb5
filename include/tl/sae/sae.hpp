#pragma once
// An SAE whose hook point, widths, activation function, normalisation and residual basis are in its type. It computes
// what DynamicSae does, of which it holds one.
#include <algorithm>
#include <cstddef>
#include <string>
#include <tl/hooks/basis.hpp>
#include <tl/hooks/steer.hpp>
#include <tl/sae/dynamic_sae.hpp>
#include <tl/sae/fold_sae.hpp>
#include <tl/sae/sae_folder.hpp>

namespace TL_NAMESPACE {

// The activation functions: SAELens' architectures standard, gated, jumprelu and topk. BatchTopK and Matryoshka are
// ways of training an SAE that is a JumpRelu one then.
namespace sae_activation {
struct Relu {
  static constexpr SaeArchitecture architecture = SaeArchitecture::standard;
  static constexpr std::size_t k = 0;
};
struct Gated {
  static constexpr SaeArchitecture architecture = SaeArchitecture::gated;
  static constexpr std::size_t k = 0;
};
struct JumpRelu {
  static constexpr SaeArchitecture architecture = SaeArchitecture::jumprelu;
  static constexpr std::size_t k = 0;
};
template <std::size_t K>
struct TopK {
  static constexpr SaeArchitecture architecture = SaeArchitecture::topk;
  static constexpr std::size_t k = K;
};
}  // namespace sae_activation

template <class A>
concept SaeActivation = requires {
  { A::architecture } -> std::convertible_to<SaeArchitecture>;
  { A::k } -> std::convertible_to<std::size_t>;
};

namespace detail {
// The configuration, where it has what a type says: `expected`. Throws Error naming every difference else.
const SaeConfig& require_same(const SaeConfig& config, const SaeConfig& expected);

// Numbers of a row where every extent but the first is static, else dynamic.
template <class View>
inline constexpr std::size_t static_row_width = dynamic;
template <class T, class D, std::size_t... Extents, fixed_string... Names>
inline constexpr std::size_t static_row_width<TensorView<T, D, Dim<Names, Extents>...>> = ((Extents == dynamic) || ...)
                                                                                              ? dynamic
                                                                                              : (std::size_t{1} * ... *
                                                                                                 Extents);
template <class View>
inline constexpr std::size_t last_extent = dynamic;
template <class T, class... Ds>
inline constexpr std::size_t last_extent<TensorView<T, Ds...>> =
    TensorView<T, Ds...>::shape_type::static_extents.back();

// Refuses, when a program is compiled, a view whose rows are not D wide.
template <std::size_t D, class View>
constexpr void require_width() {
  constexpr std::size_t width = static_row_width<View>;
  static_assert(
      width == dynamic || width == D || last_extent<View> == D,
      "tl: this SAE has another width than the rows that it is given (d_model against d_mlp, or another model)");
}

// A policy at a point of the residual stream says in which basis it is; elsewhere the bases are one.
template <Basis B, bool Residual>
struct SiteBasis {};
template <Basis B>
struct SiteBasis<B, true> {
  static constexpr Basis basis = B;
};

// A decoder row as a direction of the point that it writes.
template <fixed_string Site, Basis B, std::size_t D, StorageType S>
auto decoder_direction(const DynamicSae<S>& sae, std::size_t feature) {
  constexpr PointShape shape = info(ref_of<Site>.point).shape;
  static_assert(
      shape == PointShape::d_model || shape == PointShape::d_mlp,
      "tl: a direction is of a hook point whose rows are [d_model] or [d_mlp]; elsewhere splice with an edit");
  using Width = std::conditional_t<shape == PointShape::d_model, Dim<"d_model", D>, Dim<"d_mlp", D>>;
  Tensor<float, Width> v;
  const std::vector<float> row = sae.decoder_row(feature);
  std::copy(row.begin(), row.end(), v.data());
  return Direction<Site, B, Width>{std::move(v)};
}

// What every typed SAE is besides its type: a DynamicSae that takes rows of one width.
template <std::size_t DIn, StorageType Storage>
class SaeOfWidth {
 public:
  using storage_type = Storage;
  using Rows = typename DynamicSae<Storage>::Rows;

  const SaeConfig& config() const { return dynamic_.config(); }
  const DynamicSae<Storage>& dynamic_sae() const { return dynamic_; }

  // As DynamicSae's; a row of another static width does not compile. Of a skip path only operator() knows.
  template <class T, class... Ds>
  Encoded encode(TensorView<T, Ds...> x, RunOptions options = {}) const {
    require_width<DIn, TensorView<T, Ds...>>();
    return dynamic_.encode(x, options);
  }
  Rows decode(const Encoded& encoded, RunOptions options = {}) const { return dynamic_.decode(encoded, options); }
  template <class T, class... Ds>
  Rows operator()(TensorView<T, Ds...> x, RunOptions options = {}) const {
    require_width<DIn, TensorView<T, Ds...>>();
    return dynamic_(x, options);
  }

 protected:
  SaeOfWidth(const SaeConfig& config, const SaeWeights& weights, RunOptions options)
      : dynamic_(config, weights, options) {}

 private:
  DynamicSae<Storage> dynamic_;
};
}  // namespace detail

template <fixed_string Site, std::size_t DIn, std::size_t DSae, SaeActivation Activation = sae_activation::Relu,
          SaeNormalisation Normalisation = SaeNormalisation::none, Basis B = Basis::raw, StorageType Storage = float>
class Sae : public detail::SaeOfWidth<DIn, Storage> {
  using Base = detail::SaeOfWidth<DIn, Storage>;

  static_assert(ref_of<Site>.layer != every_layer, "tl: an SAE belongs to one layer: blocks.3.NAME");
  static_assert(info(ref_of<Site>.point).shape != PointShape::head_key_pos,
                "tl: scores and patterns have no SAE: their width is the length of the past");

 public:
  static constexpr auto site = Site;
  static constexpr std::size_t d_in = DIn, d_sae = DSae;
  static constexpr SaeNormalisation normalisation = Normalisation;
  static constexpr Basis basis = B;
  using activation_type = Activation;

  // Throws Error where check_sae() does, and where the configuration is not expected().
  Sae(const SaeConfig& config, const SaeWeights& weights, RunOptions options = {})
      : Base(detail::require_same(config, expected()), weights, options) {}

  // Row `feature` of W_dec, to steer with: model.run(tokens, steer(sae.direction(i), alpha)).
  auto direction(std::size_t feature) const {
    return detail::decoder_direction<Site, B, DIn>(Base::dynamic_sae(), feature);
  }

  // What a configuration of this type says, and its folder must.
  static SaeConfig expected() {
    return {.architecture = Activation::architecture,
            .d_in = DIn,
            .d_sae = DSae,
            .d_out = DIn,
            .k = Activation::k,
            .normalisation = Normalisation,
            .site = {.hook_name = std::string(Site.view()), .center_writing_weights = B == Basis::centred}};
  }
};

// Reads a folder as the SAE type S. Throws Error where load_sae(folder) does, and where the folder's SAE is not S.
template <class S>
S load_sae(const std::string& folder, RunOptions options = {}) {
  const SaeFile file = load_sae(folder);
  return S(file.config, file.weights, options);
}

// An SAE of the residual stream for the other basis: fold_centring() and fold_out_mean(). At other hook points the
// bases are one, and only the type changes. With bf16, weights are rounded once more.
template <Basis To, fixed_string Site, std::size_t DIn, std::size_t DSae, class Activation, SaeNormalisation N,
          Basis From, class Storage>
auto convert_basis(const Sae<Site, DIn, DSae, Activation, N, From, Storage>& sae) {
  constexpr bool changes = From != To && is_residual(ref_of<Site>.point);
  static_assert(!changes || To == Basis::centred || N != SaeNormalisation::constant_norm_rescale,
                "tl: an SAE with constant_norm_rescale has no counterpart in the raw basis: the mean counts in a norm");
  static_assert(
      !changes || To == Basis::raw || N == SaeNormalisation::layer_norm,
      "tl: an SAE of the raw residual stream reads a mean that the centred one has not, unless it normalises by "
      "layer_norm");
  SaeConfig config = sae.config();
  SaeWeights weights = sae.dynamic_sae().weights();
  if constexpr (changes && To == Basis::raw) fold_centring(config, weights);
  else if constexpr (changes) fold_out_mean(config, weights);
  config.site.center_writing_weights = To == Basis::centred;
  return Sae<Site, DIn, DSae, Activation, N, To, Storage>(config, weights);
}

}  // namespace TL_NAMESPACE

#ifdef TL_HEADER_ONLY
#include <tl/sae/sae-inl.hpp>
#endif
