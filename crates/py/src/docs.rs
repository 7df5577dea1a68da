//! The docstrings of the module, by class and member. `scripts/core_docs.py` writes this file from
//! `python/shirokuro/_core.pyi`: change them there.

/// Returns the docstring of a class, a function, or a class's member.
macro_rules! doc {
    (Cancellation) => {
        r"Ends the searches of other threads within its `with` blocks, also in blocks that they enter later.

These threads get a `KeyboardInterrupt`, as the main thread does at Ctrl-C."
    };
    (Cancellation.cancel) => {
        r"Ends them; long searches end within about 50 ms."
    };
    (Evaluator) => {
        r"The pattern evaluation: weights of patterns in 60 stages, neutral when new.

Any number of threads may use one evaluator. A trainer's evaluator follows the training. A copy, also a pickled one
(57.7 MB with the default patterns), has the weights of its moment.

Creates a neutral evaluation by these patterns, or by the default ones."
    };
    (Evaluator.default) => {
        r"Returns the evaluator of the model that ships with the package, which is loaded once.

Raises:
    FileNotFoundError: the package lacks the file, as a source tree may."
    };
    (Evaluator.digest) => {
        r"Returns the SHA-256 of the weights, in hexadecimal: equal digests mean equal weights.

The digest of a training state (`file_digest`) also covers what the training continues from."
    };
    (Evaluator.evaluate) => {
        r"Evaluates a board: the expected final disc difference, for the side to move, within ±64.

Exact for a full board and for a board on which one side has no discs. 64 if the side to move can take the
last disc of a side that has at most six. Does not search: see `search`.

Raises:
    ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not that of the `Position`.
    TypeError: the board does not consist of integers."
    };
    (Evaluator.evaluate_batch) => {
        r"Evaluates many boards in parallel, each exactly as `evaluate` does; other Python threads keep running.

Args:
    boards: shape (N, 64) or (N, 8, 8).
    side_to_move: one side for all boards, or one per board.

Returns:
    N scores in discs, each for its board's side to move.

Raises:
    ValueError: the shape is wrong, a square is not 0, 1 or 2, or a side is unknown or not the `Position`'s.
    TypeError: the boards do not consist of integers."
    };
    (Evaluator.from_weights) => {
        r#"Creates an evaluator with a copy of these weights, which have the form that `get_weights` returns.

Args:
    weights: for each pattern, by name, integers from 0 to 65535 of the shape (60, 3**n). An entry and its
        mirror image (`shirokuro._core.mirror_entries`) must have the same weight.
    patterns: the patterns; without them, the default ones, `"P01"` … `"P14"`.

Raises:
    ValueError: an array is missing or unknown, or has another shape, a number outside the range, or different
        weights for two mirror images.
    TypeError: an array does not consist of integers.
    MemoryError: there is not enough memory."#
    };
    (Evaluator.get_weights) => {
        r#"Returns the weights by pattern name: read-only views, which copy nothing and follow a training.

Each (`"P01"` … `"P14"` are the default patterns) has the shape (60, 3**n) for a pattern of n squares: [stage,
entry]. The stage is the number of discs − 4. The base-3 digits of an entry are the squares in the pattern's
order, the first one least significant: 0 empty, 1 side to move, 2 opponent. A weight w stands for (w − 32768) /
256 discs."#
    };
    (Evaluator.load) => {
        r"Reads the weights of a model file, with or without training state.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ModelFileError: the file is not a model, or is damaged."
    };
    (Evaluator.patterns) => {
        r"The patterns whose weights these are."
    };
    (Evaluator.save) => {
        r"Writes a model file that holds the weights alone; an existing file is replaced in one step.

A symbolic link is written through. A replaced file keeps its mode and, where permitted, its owner. Warns if the
file system cannot sync the folder.

Args:
    path: the file.
    compress: whether to compress the file without loss; its size is 57.7 MB otherwise.

Raises:
    OSError: the file cannot be written, or the path is not a regular file.
    MemoryError: there is not enough memory."
    };
    (Game) => {
        r"A finished game with its search results.

Creates a game from its moves, recorded or from elsewhere; without `kinds` no move was searched.

Args:
    moves: the moves, in any notation that `read_moves` reads.
    index: the game's number in its training.
    kinds: as in the property `kinds`.
    scores: for each move, the search's value in 1/256 disc, for the side to move; `None` in the opening.

Raises:
    ValueError: a move is not legal, the game is not over after the last one, or a value is invalid."
    };
    (Game.index) => {
        r"The game's number in its training, from 0."
    };
    (Game.kinds) => {
        r"One letter per move: `o` in the random opening, `b` for the search's best move, `r` for another move.

The letter is a capital where the value is exact."
    };
    (Game.move_count) => {
        r"The number of moves played, not counting passes."
    };
    (Game.moves) => {
        r"The moves from the start; passes are implied."
    };
    (Game.random_plies) => {
        r"The length of the random opening in plies."
    };
    (Game.stone_difference) => {
        r"The final score in discs, in Black's view, with empty squares counted for the winner."
    };
    (Game.targets) => {
        r"Returns each position's training target: its λ-return in discs, for the side to move.

Args:
    lambda_: λ, 0 to 1.

Returns:
    One target per move; `None` in the opening, which is not learned.

Raises:
    ValueError: `lambda_` is outside its range."
    };
    (Game.to_json) => {
        r"Returns one line of JSON, as a run records its games."
    };
    (Game.transcript) => {
        r"The moves as one word, as `Position.from_moves` reads them."
    };
    (Game.values) => {
        r"The search's value before each move, in discs for the side to move; `None` in the opening."
    };
    (Game.winner) => {
        r"The winner."
    };
    (GameBatch) => {
        r"Games that are played at the same time, all from the start: the core of `shirokuro.environments`.

Arrays have a row per game. Moves are numbers, a1 = 0, b1 = 1 … h8 = 63.

Begins this number of games.

Raises:
    ValueError: the number is outside its range.
    TypeError: the number is not an integer.
    MemoryError: there is not enough memory."
    };
    (GameBatch.differences) => {
        r"Returns the disc differences in Black's view, with empty squares counted for the winner."
    };
    (GameBatch.legal) => {
        r"Returns the legal moves as masks of shape (N, 64)."
    };
    (GameBatch.moves_at) => {
        r"Returns a legal move in each game; −1 where there is none.

Args:
    shares: for each game, a place in its list of legal moves, as a share of the list's length, 0 ≤ share < 1.
        Random shares give random moves.

Raises:
    ValueError: the shape is not (N,)."
    };
    (GameBatch.over) => {
        r"Returns whether each game is over."
    };
    (GameBatch.planes) => {
        r"Returns the boards as planes of shape (N, 8, 8, 2): the discs of the side to move, those of its opponent."
    };
    (GameBatch.play) => {
        r"Plays a move in each game, and the pass that it forces; −1 stands for no move.

Returns:
    Whether each move was legal. A game whose move was not is unchanged.

Raises:
    ValueError: the shape is not (N,), or a move is not a number from −1 to 63. Nothing was played."
    };
    (GameBatch.position) => {
        r"Returns the position of a game, by its number from 0.

Raises:
    ValueError: there is no such game."
    };
    (GameBatch.reset) => {
        r"Begins the marked games again.

Raises:
    ValueError: the shape is not (N,)."
    };
    (GameBatch.sides) => {
        r"Returns the sides to move: 1 black, 2 white."
    };
    (GameFailure) => {
        r"A game of self-play that failed."
    };
    (GameFailure.index) => {
        r"The game's number in its training, from 0."
    };
    (GameFailure.kind) => {
        r"The kind of failure: a panic of the worker, no sign of life from it, or a search without a valid move."
    };
    (GameFailure.message) => {
        r"Details."
    };
    (GameFailure.seed) => {
        r"The run's seed. Together with `index` and the weights it reproduces the game."
    };
    (GameFailure.transcript) => {
        r"The moves up to the failure, as `Position.from_moves` reads them."
    };
    (GamePlayer) => {
        r"Plays games of a run with a copy of its weights, in another process than its trainer.

The games are those that the trainer would play. One thread calls the methods at a time; `stop` and `finished` are
for any thread.

Creates a player with neutral weights of these patterns, or of the default ones."
    };
    (GamePlayer.apply) => {
        r"Applies changes of the weights.

Raises:
    ValueError: they are damaged, or start from other weights; nothing was changed."
    };
    (GamePlayer.fingerprint) => {
        r"A number that identifies the weights; 0 if they are neutral."
    };
    (GamePlayer.finished) => {
        r"The number of games finished in the current or last call of `play`."
    };
    (GamePlayer.forget) => {
        r"Replaces the weights by neutral ones."
    };
    (GamePlayer.play) => {
        r"Plays the games with these ascending numbers, and returns them for `TrainerCore.supply`.

A call that was stopped returns the games that it has finished."
    };
    (GamePlayer.stop) => {
        r"Stops the current call of `play` soon."
    };
    (GamePositions) => {
        r"The searched positions of games, as arrays: a row for each position, in the order of the games and their moves.

The arrays are made once and are read-only. Whatever depends on a side is seen by the side to move."
    };
    (GamePositions.best) => {
        r"Whether the move played is the search's best one."
    };
    (GamePositions.boards) => {
        r"The boards, shape (N, 64): 0 empty, 1 the side to move, 2 the other side.

Evaluators take them as they are: the side to move counts as Black."
    };
    (GamePositions.exact) => {
        r"Whether the value is the result of best play."
    };
    (GamePositions.games) => {
        r"The numbers of the games in their training."
    };
    (GamePositions.lambda_returns) => {
        r"Returns the positions' λ-returns in discs: what a training teaches them otherwise.

Args:
    lambda_: λ, 0 to 1.

Raises:
    ValueError: `lambda_` is outside its range."
    };
    (GamePositions.moves) => {
        r"The moves played, as squares: a1 = 0 … h1 = 7, a2 = 8 … h8 = 63."
    };
    (GamePositions.outcomes) => {
        r"The final scores of the games, in discs, with empty squares counted for the winner."
    };
    (GamePositions.plies) => {
        r"The numbers of moves played before; the random opening counts."
    };
    (GamePositions.sides) => {
        r"The sides to move: 1 Black, 2 White."
    };
    (GamePositions.values) => {
        r"The values that the searches found, in discs."
    };
    (GenerationReport) => {
        r"The report of a call of `TrainerCore.advance`."
    };
    (GenerationReport.depth_max) => {
        r"The largest search depth."
    };
    (GenerationReport.depth_min) => {
        r"The smallest search depth; `None` without a search."
    };
    (GenerationReport.depth_sum) => {
        r"The sum of the search depths."
    };
    (GenerationReport.failures) => {
        r"The games that failed. They count as played, and nothing is learned from them."
    };
    (GenerationReport.game_sums) => {
        r"Six numbers for each of `games`.

For the search values, from the view of the side to move: their number, their sum in 1/256 disc, and the sum of
their squares. For the learned positions: their number, the sum of (target − evaluation before learning)² in
discs², and the number whose evaluation was beyond 64 discs before clamping."
    };
    (GenerationReport.games) => {
        r"The games played, by index."
    };
    (GenerationReport.generation_complete) => {
        r"Whether the call reached the end of its generation."
    };
    (GenerationReport.hits) => {
        r"The number of probes that found their position."
    };
    (GenerationReport.learn_seconds) => {
        r"The wall-clock time of learning."
    };
    (GenerationReport.nan_games) => {
        r"The indices of those `games` in which a position's target is NaN or infinite."
    };
    (GenerationReport.nodes) => {
        r"The number of positions that the searches visited."
    };
    (GenerationReport.phases) => {
        r"The time that the workers spent on each phase, in seconds, summed over the workers; `None` if not measured.

`playing`, `preparing` (converting games to errors by table), `learning` (changing weights) and `waiting` add up
to the number of workers × (`play_seconds` + `learn_seconds`). In some of the games every search is timed:
`timed` is the part of `playing` spent on these games, and `timed_search` and `timed_solving` are the parts of
`timed` spent on searches and on exact solving. The rest of `timed` is moves, random numbers and records."
    };
    (GenerationReport.play_seconds) => {
        r"The wall-clock time of playing."
    };
    (GenerationReport.positions) => {
        r"The number of positions learned from `games`; `td_error` covers them."
    };
    (GenerationReport.probes) => {
        r"The number of probes of the transposition tables."
    };
    (GenerationReport.resets) => {
        r"Weight entries that became NaN or infinite and were reset to neutral, mirror images included.

Each item is pattern, stage and number of entries, for the whole generation so far."
    };
    (GenerationReport.searches) => {
        r"The number of searches in `games`."
    };
    (GenerationReport.sudden) => {
        r"The largest of these changes, at most eight."
    };
    (GenerationReport.sudden_count) => {
        r"The number of weights changed by `sudden_discs` or more in this generation; a mirror pair counts once."
    };
    (GenerationReport.td_error) => {
        r"The root mean square of target − evaluation before learning, in discs; `None` if nothing was learned."
    };
    (GenerationReport.updates) => {
        r"Every update of the requested tables in the whole generation so far, one row per entry.

`None` if no tables were requested."
    };
    (GenerationReport.value_count) => {
        r"The number of search values in `games`."
    };
    (GenerationReport.value_max) => {
        r"The largest value in discs; `None` without values."
    };
    (GenerationReport.value_min) => {
        r"The smallest value in discs; `None` without values."
    };
    (GenerationReport.value_sum) => {
        r"The sum of the values, in 1/256 disc for the side to move."
    };
    (GenerationReport.value_sum_of_squares) => {
        r"The sum of their squares."
    };
    (GenerationReport.visits) => {
        r"Visits to weight entries, mirror images included, in the whole generation so far."
    };
    (ModelFileError) => {
        r"A file is not a model, is damaged, or lacks the requested part; the message names the file and the reason."
    };
    (ModelVersionError) => {
        r"A model file has a format version that this program does not read; the message names those it reads."
    };
    (PatternSet) => {
        r#"The patterns of an evaluation: lists of squares, each of which selects an entry of a table of weights.

Each pattern is read in all orientations of the board: four, if it is its own mirror image, or eight. A position has
at most 64 of these features. The default set has fourteen patterns in 56 features, and is the fastest.

Two sets are equal if they have the same names and squares in the same order.

Creates a set from squares by name, such as `{"edge": "a1 b1 c1 d1 e1 f1 g1 h1"}`.

Args:
    patterns: the squares of each pattern, 2 to 10, in any order and any orientation: one string, or several. A
        name starts with a letter, and has up to 16 letters, digits and characters of `+-_.`.

Raises:
    ValueError: a name or a square is wrong or given twice, a pattern has too few or too many squares, two
        patterns are the same up to a symmetry of the board, there are none, or there are more than 64 features.
        The message names the pattern and the square.
    TypeError: a name or its squares are not strings."#
    };
    (PatternSet.default) => {
        r"Returns the fourteen patterns of the models that ship with the package."
    };
    (PatternSet.entries) => {
        r"The number of entries of each pattern's table in one stage: 3**n for a pattern of n squares."
    };
    (PatternSet.features) => {
        r"The squares of each pattern in all its orientations."
    };
    (PatternSet.from_toml) => {
        r"Reads a TOML file with a table `[[pattern]]` for each pattern, which has a `name` and `squares`.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ValueError: it is not TOML, or does not define a set of patterns."
    };
    (PatternSet.is_default) => {
        r"Whether these are the fourteen patterns of the models that ship with the package."
    };
    (PatternSet.squares) => {
        r"The squares of each pattern in the order of an entry's digits, least significant first.

Those nearest to the centre come first, whatever order they were given in."
    };
    (PatternSet.to_toml) => {
        r"Returns the text of a file for `from_toml`."
    };
    (Position) => {
        r#"A board and the side to move: immutable, hashable, and drawn in notebooks.

After `play`, the side to move has a move unless the game is over: passes are automatic. A position built from a
board may need a pass first: then `legal_moves` is empty, `is_over` is false, and `play("--")` passes.

Creates the start position, or the position of a board.

Raises:
    ValueError: the board is not 64 squares of 0, 1 and 2, or the side is unknown or not that of the `Position`.
    TypeError: the board does not consist of integers."#
    };
    (Position.board) => {
        r"The 64 squares: 0 empty, 1 black, 2 white. A copy."
    };
    (Position.children) => {
        r"The positions after each of `legal_moves`, in their order, as `play` returns them.

One call for all of them takes less time than `play` for each."
    };
    (Position.empties) => {
        r"The number of empty squares."
    };
    (Position.from_diagram) => {
        r"Parses the output of `str()`.

Raises:
    ValueError: the text is not a diagram."
    };
    (Position.from_moves) => {
        r#"Returns the position after moves from the start, such as `"f5d6c3"`, in any notation that `read_moves` reads.

Raises:
    ValueError: the text has no moves and is not empty, or a move is not legal."#
    };
    (Position.is_over) => {
        r"Whether neither side has a move."
    };
    (Position.legal_moves) => {
        r"The legal moves, from a1 to h8; empty when the side must pass or the game is over."
    };
    (Position.play) => {
        r#"Returns the position after a move; a pass that follows is automatic. `"--"` passes where that is legal.

Raises:
    ValueError: the move is not a square, or not legal."#
    };
    (Position.score) => {
        r"The final score in discs, for the side to move, with empty squares counted for the winner.

Raises:
    ValueError: the game is not over."
    };
    (Position.side_to_move) => {
        r"The side to move: 1 black, 2 white."
    };
    (Position.stone_difference) => {
        r"Black's discs − White's discs on the board."
    };
    (SearchResult) => {
        r"The result of a search. Notebooks show it as a board with the principal variation, and a table."
    };
    (SearchResult.best_move) => {
        r"The best move; `None` when the side must pass or the game is over.

If a limit of nodes or time cut an iteration off after it had found a better move, it is that move."
    };
    (SearchResult.confidence) => {
        r"The search's confidence in percent; 100 if only proofs pruned lines, or the score is exact."
    };
    (SearchResult.depth) => {
        r"The depth of the last complete search in plies."
    };
    (SearchResult.exact) => {
        r"Whether the score is the game's true result under best play."
    };
    (SearchResult.nodes) => {
        r"The number of positions visited."
    };
    (SearchResult.position) => {
        r"The position that was searched."
    };
    (SearchResult.principal_variation) => {
        r"The principal variation, starting with the best move."
    };
    (SearchResult.score) => {
        r"The value in discs, for the side to move, found by the last complete iteration."
    };
    (SearchResult.seconds) => {
        r"Wall-clock time."
    };
    (SearchResult.table_hit_rate) => {
        r"The share of table probes that found their position, from 0 to 1; `None` without probes."
    };
    (Searcher) => {
        r"A search that keeps its transposition table between calls, for playing a game move by move.

Without an evaluator, it uses `Evaluator.default()`. A copy, also a pickled one, starts with an empty table."
    };
    (Searcher.search) => {
        r"Searches a position as the function `search` does."
    };
    (SuddenChange) => {
        r"A suspiciously large change of a weight, and the position that contributed most to it."
    };
    (SuddenChange.after) => {
        r"The weight after the update."
    };
    (SuddenChange.before) => {
        r"The weight before the update."
    };
    (SuddenChange.entry) => {
        r"The index in the pattern's table; of two mirror images, the lower one."
    };
    (SuddenChange.error) => {
        r"Target − evaluation of the position, in discs for its side to move."
    };
    (SuddenChange.game) => {
        r"The number of the position's game."
    };
    (SuddenChange.mirror) => {
        r"The index of the mirror image, which has the same weight."
    };
    (SuddenChange.pattern) => {
        r"The name of the pattern."
    };
    (SuddenChange.ply) => {
        r"The number of moves played before the position."
    };
    (SuddenChange.position) => {
        r"The position: of all that read the entry, the one whose target was farthest from its evaluation."
    };
    (SuddenChange.stage) => {
        r"The number of discs − 4."
    };
    (SuddenChange.visits) => {
        r"The number of times that the generation's positions read either of them."
    };
    (TrainerCore) => {
        r"Weights, moments and the position in the run. Use `shirokuro.Trainer` instead of this class.

Starts a run, with a copy of the weights of `init`, or with neutral ones of these patterns.

With a delay of 1, a generation is played with the weights from before the previous one.

Raises:
    ValueError: a value is outside its range, or `patterns` are not those of `init`."
    };
    (TrainerCore.advance) => {
        r#"Plays the next games, at most to the end of the current generation, and learns from them.

With `given`, the moves of the first of these games take the place of games of self-play. Each position is
taught the game's `"outcome"`, or is searched and taught λ-returns with the targets `"search"`.

`own_targets` is called with the positions of the generation's games so far, and returns what they are taught:
a number for each, in discs for its side to move, or NaN for a position that is not learned. An exception from
it stops the call as one from `tick` does.

Other Python threads keep running meanwhile. About every 50 ms, `tick` is called with the number of games
finished in this call. An exception from it, or from a signal handler, stops the searches at once and is raised.
The state is then as before the call, and finished games are kept: a later call need not play them again.

A worker that shows no sign of life for `hang_seconds` is abandoned, and its game fails; 0 waits forever.

The report lists weight changes of `sudden_discs` or more, unless that is 0, and all changes of the tables in
`updates`, two bit sets of stages and of patterns. Neither affects what is learned.

The report is also appended to `reports` before the call returns, so that an exception raised by a signal
handler right afterwards cannot lose it."#
    };
    (TrainerCore.coverage) => {
        r"Returns the coverage of each table; the last one returned if another thread is playing.

Raises:
    RuntimeError: another thread is playing, and there is no last one."
    };
    (TrainerCore.digest) => {
        r"Returns the SHA-256, in hexadecimal, of the whole state: weights, moments and the position in the run."
    };
    (TrainerCore.evaluator) => {
        r"The weights, shared with the training."
    };
    (TrainerCore.games_played) => {
        r"The number of games played since the start of the run."
    };
    (TrainerCore.generation) => {
        r"The number of the current generation, from 0."
    };
    (TrainerCore.generation_evaluator) => {
        r"Returns an evaluator with a copy of the weights that the current generation's games are played with."
    };
    (TrainerCore.generation_games) => {
        r"The number of games in a generation."
    };
    (TrainerCore.generation_left) => {
        r"The number of games missing in the current generation."
    };
    (TrainerCore.load) => {
        r"Reads a trainer file: the core, and the settings, statistics and monitor texts passed to `save`.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ModelFileError: the file is not a model, is damaged, or holds weights alone."
    };
    (TrainerCore.memory) => {
        r#"Returns bytes by component: `"weights"`, `"moments"`, `"tables"`, `"scratch"`, `"generation"`, `"coverage"`.

`"resident_moments"` is the part of the moments that was ever written (`None` where the system does not report
it); `"rows"` is the memory of the last generation's positions while they were learned. If another thread is
playing, the numbers are those last returned.

Raises:
    RuntimeError: another thread is playing, and there are no last ones."#
    };
    (TrainerCore.missing_games) => {
        r"Returns those of the next `games` games of the current generation that nobody has played yet."
    };
    (TrainerCore.reset_bad_numbers) => {
        r"Resets every entry whose moments are NaN or infinite; returns pattern, stage and number of entries."
    };
    (TrainerCore.save) => {
        r"Writes the whole state and three JSON texts; an existing file is replaced in one step.

A symbolic link is written through. A replaced file keeps its mode and, where permitted, its owner.

Returns:
    Whether the folder was synced. Some file systems do not support that: the file is in place, but a power
    failure may restore the old one.

Raises:
    OSError: the file cannot be written, or the path is not a regular file.
    MemoryError: there is not enough memory."
    };
    (TrainerCore.seed) => {
        r"The run's seed."
    };
    (TrainerCore.set_workers) => {
        r"Changes the number of worker threads and the size of each one's transposition table."
    };
    (TrainerCore.share_weights) => {
        r"Returns what changed in the weights that the current generation is played with since the last call.

The first call returns what changed since they were neutral. Nothing has changed if this generation's weights
were shared already.

Args:
    ahead: share the weights of the next generation. With a delay they are known before the current one is
        learned. Those of the current one must have been shared.

Returns:
    The fingerprints before and after, and the bytes for `GamePlayer.apply`.

Raises:
    RuntimeError: the weights of the next generation are not known, or those of the current one not shared."
    };
    (TrainerCore.supply) => {
        r"Takes games that a `GamePlayer` has played; the next call of `advance` learns them.

Every game is replayed and compared with the random decisions of this run.

Returns:
    The number of games that were missing.

Raises:
    ValueError: a game is not one of this generation's, or was played with other weights or settings; none was
        taken."
    };
    (TrainerCore.threads) => {
        r"The number of worker threads."
    };
    (TrainerCore.updated_entries) => {
        r"Returns, for each entry of a stage in the order of the weights, whether it was ever updated.

The shape is (481140,).

Raises:
    ValueError: the stage does not exist."
    };
    (TrainerCore.whole_weights) => {
        r"Returns what leads from neutral weights to those that the current generation is played with.

It has the form of `share_weights`."
    };
    (black_view) => {
        r"Converts a score for the side to move to Black's view, or a score in Black's view to that side's.

Args:
    score: a score, in any unit.
    side_to_move: the side whose view it is, or is to be.

Returns:
    The score if Black is to move, otherwise its negative.

Raises:
    ValueError: the side is unknown.
    TypeError: the side is not a number or a name, or the score cannot be negated."
    };
    (engine_signature) => {
        r"Returns a fingerprint of games that are played for it.

It is the same on every machine, until the rules, the evaluation or the search change what is played."
    };
    (feature_indices) => {
        r"Returns the entry that each feature reads on a board: 56 for the default patterns, four for each pattern."
    };
    (file_digest) => {
        r"Returns the digest of the training state in a model file: that of `TrainerCore.digest` when it was saved.

The file is read piece by piece; a file of an older version is loaded, which takes about 300 MB of memory.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ModelFileError: the file is not a model, is damaged, or holds weights alone."
    };
    (inject_faults) => {
        r#"Injects faults into games of `core.advance`, for tests; a game's fault depends on the seed and its index.

Args:
    core: the trainer.
    rates: the share of games by kind: `"panic"`, `"hang"`, `"search_error"`, `"nan"` (a position's value is NaN
        when the game is learned). `None` ends the injection.
    hang_seconds: how long a hanging worker stands still; without it, until the faults are changed or removed.

Raises:
    ValueError: a kind is unknown, or a rate is outside its range."#
    };
    (is_transcript) => {
        r#"Checks whether a text is a plain transcript of legal moves from the start, such as `"f5d6c3"`."#
    };
    (kernel) => {
        r#"Returns the instruction set of the inner loops here: `"avx512"`, `"avx2"`, `"neon"` or `"portable"`."#
    };
    (mirror_entries) => {
        r"Returns, by pattern name, the mirror image of each entry of the table, which has the same weight.

In a pattern without symmetry, each entry is its own mirror image."
    };
    (outcome_errors) => {
        r"Compares the evaluations of the games' positions with the games' outcomes.

Returns:
    The number of positions, the sum of the distances in discs, and the sum of their squares."
    };
    (perft) => {
        r"Counts the move sequences of `depth` plies, from the start unless a board is given. A pass counts as one ply.

Raises:
    ValueError: a value is outside its range."
    };
    (random_games) => {
        r"Plays games of random moves: each legal move is equally likely.

Game number `index` depends on `seed` and `index` alone, so more games of the same seed begin with the same ones.

Args:
    games: the number of games, at least 0.
    seed: 0 … 2**64 − 1.

Raises:
    ValueError: a value is outside its range.
    TypeError: a value is not an integer.
    MemoryError: there is not enough memory."
    };
    (reachable_entries) => {
        r"Returns, for each entry of a stage in the order of the weights, whether a position can read it.

The shape is (481140,) with the default patterns. An entry that is `False` never occurs. Up to stage 8 the answer is
exact; in later stages, some entries that are `True` may not occur either.

Raises:
    ValueError: the stage does not exist."
    };
    (read_header) => {
        r"Returns the header of a model file: reads and checks only its header, its monitor text and its length.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ModelFileError: the file is not a model, the part that was read is damaged, or its length is wrong."
    };
    (replay) => {
        r"Replays a game of the current generation with the weights from before the generation.

With `given`, that game takes the place of a game of self-play, as for `TrainerCore.advance`.

Returns:
    The game, and for each move: how it was chosen, the static evaluation before it in discs for the side to move,
    and its search, or `None` in the opening and where a solved line is followed.

Raises:
    ValueError: the game is not in this generation, or a value is outside its range."
    };
    (search) => {
        r"Searches a position by iterative deepening until the first of the given limits is reached.

Other Python threads keep running meanwhile; Ctrl-C works.

Args:
    board: the position to search.
    evaluator: evaluates the leaves; without one, `Evaluator.default()` does. Any object with a method
        `evaluate_batch(boards)` may be given: it gets an int8 array of shape (N, 64) (0 empty, 1 the side to move,
        2 its opponent), and returns N values in discs. It is called on this thread, for all moves of a position at
        once. That is slow: at least 25 times as slow as an `Evaluator`. Its exceptions are raised as they are.
    side_to_move: the side to move on a board that is not a `Position`.
    depth: the depth in plies, 1 … 60.
    nodes: the number of positions to visit, at least 1.
    time_ms: the time in milliseconds, greater than 0. Results then depend on the machine's speed.
    exact_empties: solve positions with at most this many empty squares exactly.
    table_mb: the size of the transposition table in MB.
    threads: the number of threads that search together, 1 … 256. With more than one, a search to a fixed depth
        finds the same score, but the choice among equal moves and the number of nodes vary.
    confidence: in percent. Below 100, Multi-ProbCut prunes a line when a shallower search predicts, with this
        confidence, that its value lies outside the search window. Searches become deeper in the same time, but
        their values are no longer exactly those of their depth. Exact solving remains exact.

Raises:
    ValueError: no limit was given, a value is outside its range, or `evaluate_batch` returned something else than N
        finite numbers.
    TypeError: a value is of the wrong type."
    };
    (solve) => {
        r"Finds the exact result under best play. Slow beyond about 24 empties.

The evaluator only orders moves; without one, the number of discs does.

Raises:
    ValueError: a value is outside its range.
    TypeError: a value is of the wrong type."
    };
    (time_evaluation) => {
        r"Measures evaluation: evaluates every position from scratch, one after the other, `rounds` times, on this thread.

Returns:
    The seconds of all rounds, without the time of Python, and the sum of the positions' values in discs.

Raises:
    ValueError: a value is outside its range.
    TypeError: a value is of the wrong type."
    };
    (time_games) => {
        r"Times every search of one game in `every`, by default 8; 0 times nothing at all (see `phases`).

Raises:
    ValueError: the number is outside its range.
    TypeError: the number is not an integer."
    };
    (time_reads) => {
        r"Measures memory: reads `count` places in `size` bytes, each holding the index of the next; returns the seconds.

Raises:
    ValueError: a value is outside its range, or there is not enough memory.
    TypeError: a value is of the wrong type."
    };
    (time_searches) => {
        r"Measures searching: searches every position one ply deep, one after the other, `rounds` times, on this thread.

Without a model, discs are counted.

Returns:
    The seconds of all rounds, without the time of Python, and the nodes.

Raises:
    ValueError: a value is outside its range.
    TypeError: a value is of the wrong type."
    };
    (time_steps) => {
        r"Measures the clock rate: makes `count` steps of two processor cycles each; returns the seconds.

A step is an exclusive or and an addition, each of which waits for the previous result.

Raises:
    ValueError: the count is outside its range.
    TypeError: the count is of the wrong type."
    };
    (traces) => {
        r"Returns the traces after a game's first `plies` moves: one row per entry, the lower of two mirror images.

Raises:
    ValueError: a value is outside its range."
    };
    (verify_file) => {
        r"Reads a whole model file in little memory and checks everything in it: a file that passes can be loaded.

Raises:
    FileNotFoundError: the file does not exist (other `OSError`s: it cannot be read).
    ModelFileError: the file is not a model, or is damaged."
    };
}
