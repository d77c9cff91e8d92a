/// driftline: says which replica should live somewhere else, and only when the move is worth it. For C++17 and later.
///
/// Header-only, over the C header; link the library (`pkg-config driftline`, or libdriftline.a). Marks such as (D7)
/// number the rules of the design; the sentence before a mark says the rule, and there is nothing to look up.
///
/// - `MeshState` is who holds what, `LocalScheduler` decides for one node, a scorer says how good each home is: an
///   `Inventory` that you report to, a `PlacementScorer` that you write, or several put together (`ComposedScorer`).
///   `diff_scheduler` is the decision alone.
/// - Errors are exceptions, or `Result`s of the `try_` functions, which also work without exceptions and run-time
///   types. Without exceptions, reading a `Result` that has no value ends the program with a message.
/// - `SchedulerConfig::production()` is what a cluster that people depend on should run with.
/// - What you get is a copy, and is yours. Every handle is freed by the object that owns it.
/// - Times are <chrono> durations or time points of any clock that never runs backwards; see `Time` for hand-over.
#ifndef DRIFTLINE_HPP
#define DRIFTLINE_HPP

#include <driftline/action.hpp>
#include <driftline/any_scorer.hpp>
#include <driftline/calibration.hpp>
#include <driftline/class_policy.hpp>
#include <driftline/composed_scorer.hpp>
#include <driftline/config.hpp>
#include <driftline/diff.hpp>
#include <driftline/error.hpp>
#include <driftline/events.hpp>
#include <driftline/explanation.hpp>
#include <driftline/inventory.hpp>
#include <driftline/inventory_values.hpp>
#include <driftline/progress.hpp>
#include <driftline/report.hpp>
#include <driftline/scheduler.hpp>
#include <driftline/scorer.hpp>
#include <driftline/scorer_failure.hpp>
#include <driftline/snapshot.hpp>
#include <driftline/span.hpp>
#include <driftline/state.hpp>
#include <driftline/time.hpp>
#include <driftline/values.hpp>

#endif
