// expect: tl: a transcoder reads a hook point that comes before the one it writes
#include <tl/sae/transcoder.hpp>

using Mine = tl::Transcoder<TL_WRONG("blocks.6.hook_resid_post", "blocks.6.ln2.hook_out"), "blocks.6.hook_mlp_out", 768, 24576>;
constexpr std::size_t width = Mine::d_in;
