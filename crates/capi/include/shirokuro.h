/* shirokuro: evaluation and search of Othello positions with a trained model.
 *
 * Written by cbindgen from crates/capi/src: change it there.
 *
 * Errors: a function that can fail returns an SkStatus; sk_last_error has the message. Results are
 * written only when a call succeeds. No call prints, exits or handles signals.
 *
 * Pointers: each must be null, which is an error, or valid for the length of the call. Models and
 * searchers come from this library, are freed once, and never while a call uses them.
 *
 * Threads: any number may use one model. One at a time may search with a searcher; another one gets
 * SK_STATUS_BUSY. sk_searcher_stop may be called from any thread. Errors are kept by thread.
 *
 * Scores are in discs for the side to move, with empty squares counted for the winner. */

#ifndef SHIROKURO_H
#define SHIROKURO_H

#include <stdbool.h>
#include <stdint.h>

/**
 * The side that moves first.
 */
#define SK_BLACK 1

/**
 * The other side.
 */
#define SK_WHITE 2

/**
 * Stands for a pass, and for the absence of a move.
 */
#define SK_PASS -1

/**
 * The outcome of a call. `sk_last_error` has the details.
 */
typedef enum SkStatus {
  /**
   * The call did what it was asked for.
   */
  SK_STATUS_OK = 0,
  /**
   * A pointer that must not be null is null.
   */
  SK_STATUS_NULL_POINTER = 1,
  /**
   * A value is outside its range, or a text is not what it has to be.
   */
  SK_STATUS_INVALID_ARGUMENT = 2,
  /**
   * The move is not legal; the position is unchanged.
   */
  SK_STATUS_ILLEGAL_MOVE = 3,
  /**
   * The operating system could not read the file.
   */
  SK_STATUS_IO = 4,
  /**
   * The file is not a model, is damaged, or has a version that this library does not read.
   */
  SK_STATUS_BAD_MODEL = 5,
  /**
   * There is not enough memory.
   */
  SK_STATUS_OUT_OF_MEMORY = 6,
  /**
   * Another thread is using the searcher.
   */
  SK_STATUS_BUSY = 7,
  /**
   * A fault of the library.
   */
  SK_STATUS_INTERNAL = 8,
} SkStatus;

/**
 * A model: immutable, so any number of threads may use one at the same time.
 */
typedef struct SkModel SkModel;

/**
 * A search with a table that it keeps for the next search. One thread at a time may search with it.
 */
typedef struct SkSearcher SkSearcher;

/**
 * A board and the side to move. Bit 0 of the bit sets is a1, bit 1 is b1 … bit 63 is h8.
 */
typedef struct SkPosition {
  /**
   * Black's discs.
   */
  uint64_t black;
  /**
   * White's discs.
   */
  uint64_t white;
  /**
   * `SK_BLACK` or `SK_WHITE`.
   */
  int32_t side_to_move;
} SkPosition;

/**
 * The limits of a search, which ends at the first one reached. 0 means no limit; at least one of `depth`, `nodes` and
 * `time_ms` must be given, so start with `SkLimits limits = {0}`.
 */
typedef struct SkLimits {
  /**
   * Plies to look ahead, at most 60.
   */
  uint32_t depth;
  /**
   * Positions with at most this many empty squares are solved exactly, at most 60.
   */
  uint32_t exact_empties;
  /**
   * Positions to visit.
   */
  uint64_t nodes;
  /**
   * Milliseconds, at most 3.6e9.
   */
  double time_ms;
  /**
   * Threads that search together, at most 256; 0 means 1.
   */
  uint32_t threads;
  /**
   * Confidence in percent: 73, 87, 95, 98, 99 or 100; 0 means 100. Below 100, a line is cut off when a shallower
   * search predicts, with this confidence, that it is decided.
   */
  uint32_t confidence;
} SkLimits;

/**
 * The result of a search.
 */
typedef struct SkResult {
  /**
   * The best move, from 0 to 63; `SK_PASS` when the side must pass or the game is over.
   */
  int32_t best_move;
  /**
   * The value in discs for the side to move, found by the last complete iteration.
   */
  float score;
  /**
   * The depth of the last complete iteration in plies.
   */
  uint32_t depth;
  /**
   * The number of squares in `line`.
   */
  uint32_t line_length;
  /**
   * Positions visited.
   */
  uint64_t nodes;
  /**
   * Whether the score is the result of the game under best play.
   */
  bool exact;
  /**
   * Whether `sk_searcher_stop` ended the search.
   */
  bool stopped;
  /**
   * The principal variation, starting with the best move; passes are implied.
   */
  uint8_t line[60];
} SkResult;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Returns the version of the library.
 */
const char *sk_version(void);

/**
 * Returns the message of the last call on this thread that failed; empty before the first one. The text is valid until
 * the next failure on this thread, or the thread's end.
 */
const char *sk_last_error(void);

/**
 * Reads a model file (`.shiro`), with or without training state. Free the model with `sk_model_free`.
 */
enum SkStatus sk_model_load(const char *path,
                            struct SkModel **model);

/**
 * Frees a model that no call is using. Null is allowed.
 */
void sk_model_free(struct SkModel *model);

/**
 * Evaluates a position: the expected final disc difference for the side to move, within ±64. Does not search.
 */
enum SkStatus sk_evaluate(const struct SkModel *model,
                          const struct SkPosition *position,
                          float *discs);

/**
 * Writes the start of a game, Black to move.
 */
enum SkStatus sk_position_start(struct SkPosition *position);

/**
 * Reads a position: 64 squares from a1, b1 … to h8 (`X` black, `O` white, `-` empty), then the side to move, with any
 * white space.
 */
enum SkStatus sk_position_of_diagram(const char *diagram,
                                     struct SkPosition *position);

/**
 * Writes the position after moves from the start, written like `f5d6c3`; passes are implied.
 */
enum SkStatus sk_position_of_moves(const char *moves, struct SkPosition *position);

/**
 * Writes the set of legal moves; empty when the side to move must pass or the game is over.
 */
enum SkStatus sk_legal_moves(const struct SkPosition *position, uint64_t *squares);

/**
 * Plays a move, from 0 (a1) to 63 (h8), and the pass that it forces, if any: the side to move then has a move unless
 * the game is over. `SK_PASS` passes where that is legal, which only a position of yours may need. After an error the
 * position is unchanged.
 */
enum SkStatus sk_play(struct SkPosition *position,
                      int32_t square);

/**
 * Writes whether neither side has a move.
 */
enum SkStatus sk_is_over(const struct SkPosition *position, bool *over);

/**
 * Writes the disc difference for the side to move, with empty squares counted for the winner: the final score once the
 * game is over.
 */
enum SkStatus sk_score(const struct SkPosition *position,
                       int32_t *discs);

/**
 * Creates a searcher with a table of at most this many bytes (16 MB are enough for short searches). Free it with
 * `sk_searcher_free`.
 */
enum SkStatus sk_searcher_new(uint64_t table_bytes,
                              struct SkSearcher **searcher);

/**
 * Frees a searcher that no call is using. Null is allowed.
 */
void sk_searcher_free(struct SkSearcher *searcher);

/**
 * Searches a position by iterative deepening until the first of the limits is reached.
 */
enum SkStatus sk_search(const struct SkSearcher *searcher,
                        const struct SkModel *model,
                        const struct SkPosition *position,
                        const struct SkLimits *limits,
                        struct SkResult *result);

/**
 * Soon ends the search that another thread is making with this searcher; its result is that of the last complete
 * iteration. Has no effect on a search that starts later.
 */
enum SkStatus sk_searcher_stop(const struct SkSearcher *searcher);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* SHIROKURO_H */
