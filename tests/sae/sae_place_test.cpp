#include <tl/sae/sae_place.hpp>

#include "../catch.hpp"

using namespace tl;

TEST_CASE("an SAE has its place in the model that it is of, and in no other") {
  SaeConfig sae{.d_in = 256, .d_sae = 512, .d_out = 256};
  sae.site.hook_name = "blocks.3.hook_resid_pre";
  const HookRef ref = sae_place(sae, tinystories_6l, Basis::raw);
  CHECK((ref.layer == 3 && ref.point == Point::resid_pre));
  CHECK_THROWS_WITH(sae_place(sae, tinystories_6l, Basis::centred),
                    Catch::Contains("in the raw residual basis and the model in the centred"));
  CHECK_THROWS_WITH(sae_place(sae, gpt2_small, Basis::raw),
                    Catch::Contains("d_in is 256, and a row at `blocks.3.hook_resid_pre` of this model has 768"));
  sae.site.hook_name = "blocks.9.hook_resid_pre";
  CHECK_THROWS_WITH(sae_place(sae, tinystories_6l, Basis::raw), Catch::Contains("names layer 9"));
  sae.site.hook_name = "blocks.3.hook_resid";
  CHECK_THROWS_WITH(sae_place(sae, tinystories_6l, Basis::raw),
                    Catch::Contains("does not belong to this model: there is no hook point `blocks.3.hook_resid`"));
  sae.site.hook_name = "";
  CHECK_THROWS_WITH(sae_place(sae, tinystories_6l, Basis::raw), Catch::Contains("has no hook_name"));
  sae.site.hook_name = "blocks.*.hook_resid_pre";
  CHECK_THROWS_WITH(sae_place(sae, tinystories_6l, Basis::raw), Catch::Contains("belongs to one layer"));
  // Heads' inner values are the same in both bases.
  sae.site = {.hook_name = "blocks.5.attn.hook_z", .center_writing_weights = true};
  CHECK(sae_place(sae, tinystories_6l, Basis::raw).point == Point::z);
  sae.d_in = 32;
  sae.site.hook_head_index = 7;
  CHECK(sae_place(sae, tinystories_6l, Basis::raw).layer == 5);
}
