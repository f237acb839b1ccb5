// The bodies of include/tl/report, compiled once.
#include <tl/report/attention-inl.hpp>
#include <tl/report/axis-inl.hpp>
#include <tl/report/bars-inl.hpp>
#include <tl/report/branch_timeline-inl.hpp>
#include <tl/report/color-inl.hpp>
#include <tl/report/color_scale-inl.hpp>
#include <tl/report/heat_map-inl.hpp>
#include <tl/report/histogram-inl.hpp>
#include <tl/report/line_chart-inl.hpp>
#include <tl/report/plot_area-inl.hpp>
#include <tl/report/report-inl.hpp>
#include <tl/report/svg-inl.hpp>
#include <tl/report/table-inl.hpp>
#include <tl/report/token_label-inl.hpp>
#include <tl/report/token_text-inl.hpp>
#include <tl/report/token_tree-inl.hpp>
