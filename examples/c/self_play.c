/* Plays a game of a model against itself:
 *
 *     cargo build --release -p shirokuro-capi
 *     cc -I crates/capi/include -o self_play examples/c/self_play.c target/release/libshirokuro.so
 *     LD_LIBRARY_PATH=target/release ./self_play python/shirokuro/models/default.shiro
 */
#include <shirokuro.h>
#include <stdio.h>
#include <stdlib.h>

/* Ends the program if a call failed. */
static void check(SkStatus status) {
    if (status != SK_STATUS_OK) {
        fprintf(stderr, "self_play: error %d: %s\n", (int)status, sk_last_error());
        exit(1);
    }
}

int main(int argc, char **argv) {
    SkModel *model;
    SkSearcher *searcher;
    SkPosition position;
    SkLimits limits = {0};
    SkResult result;
    bool over;

    check(sk_model_load(argc > 1 ? argv[1] : "default.shiro", &model));
    check(sk_searcher_new(16000000, &searcher));
    check(sk_position_start(&position));
    limits.depth = 4;
    limits.exact_empties = 8;
    for (check(sk_is_over(&position, &over)); !over; check(sk_is_over(&position, &over))) {
        check(sk_search(searcher, model, &position, &limits, &result));
        printf("%s %c%d %+.2f\n", position.side_to_move == SK_BLACK ? "black" : "white",
               'a' + result.best_move % 8, 1 + result.best_move / 8, result.score);
        check(sk_play(&position, result.best_move));
    }
    int32_t score;
    check(sk_score(&position, &score));
    printf("%s %+d\n", position.side_to_move == SK_BLACK ? "black" : "white", (int)score);
    sk_searcher_free(searcher);
    sk_model_free(model);
}
