// Opens and closes the sinks and answers for them. Opening writes a new epoch into the store: an
// instance that was opened before can no longer commit there.
#include "service/sinks.h"

#include <algorithm>

#include "service/random_epoch.h"

namespace deltamill {

bool Sinks::open(const std::string& journal_epoch) {
  close();
  journal_epoch_ = journal_epoch;
  // The instance's own epoch is new at every opening.
  store_ = std::make_unique<SqliteSink>(
      settings_.store_path().string(), journal_epoch, random_epoch(), deployment_.sink_views(),
      SqliteSinkOptions{
          .keep_generations = settings_.keep_generations,
          .complete_at = [this](Frontier frontier) { return lag_.complete_at(frontier); }});
  const bool epoch_changed = store_->epoch_changed();
  SinkFollowerOptions options;
  options.type = "sqlite";
  options.worker.name = settings_.store_name();
  options.errors = &errors_;
  for (std::uint32_t view = 0; view < deployment_.views.size(); ++view)
    options.views.push_back(view);
  store_follower_ = std::make_unique<SinkFollower>(*store_, deployment_.views.size(), options,
                                                   clock_, metrics_, listeners_(store_sink));
  followers_ = {store_follower_.get()};
  return epoch_changed;
}

void Sinks::close() {
  // An empty task: when it has run, a commit that was under way is over, and has told of itself.
  for (SinkFollower* const follower : followers_) follower->run([](Sink&) {});
  followers_.clear();
  store_follower_.reset();
  store_.reset();
}

std::vector<SinkFollower*> Sinks::keepers_of(std::uint32_t view) const {
  std::vector<SinkFollower*> keepers;
  std::ranges::copy_if(followers_, std::back_inserter(keepers),
                       [view](const SinkFollower* follower) { return follower->keeps(view); });
  return keepers;
}

Sinks::Standing Sinks::standing_of(std::uint32_t view) const {
  Standing standing;
  store().run([&](Sink& sink) {
    const std::uint32_t sink_view = store().sink_view(view);
    standing = {sink.current(sink_view).has_value(), sink.readable(sink_view)};
  });
  return standing;
}

Frontier Sinks::store_frontier() const {
  Frontier stored;
  store().run([&](Sink& sink) { stored = sink.frontier(); });
  return stored;
}

std::int64_t Sinks::store_complete_at() const {
  std::int64_t complete_at = 0;
  store().run([&](Sink& /*sink*/) { complete_at = store_->complete_at(); });
  return complete_at;
}

std::vector<Board::Sink> listed_sinks(const Settings& settings) {
  Board::Sink store;
  store.name = settings.store_name();
  store.type = "sqlite";
  return {store};
}

}  // namespace deltamill
