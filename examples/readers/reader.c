/* Evaluates positions with a portable model: cc -O2 -o reader reader.c && ./reader MODEL.safetensors < positions
 *
 * A position is a line of 64 squares from a1 to h8 (X black, O white, - empty), a space, and the side to move.
 * Assumes a little-endian processor, like the file. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64, PADDING = 255 };

static char *header, *data;
static const uint16_t *weights[MOST];
static const uint8_t *squares;
static long entries[MOST], patterns, orientations, longest, stages, neutral, units;

static void fail(const char *message) {
    fprintf(stderr, "reader: %s\n", message);
    exit(1);
}

/* Returns what follows a key in the header. */
static const char *after(const char *from, const char *key) {
    const char *found = strstr(from, key);
    if (!found) fail(key);
    return found + strlen(key);
}

static void load(const char *path) {
    FILE *file = fopen(path, "rb");
    uint64_t length, rest;
    if (!file || fseek(file, 0, SEEK_END)) fail("the model can't be read");
    rest = ftell(file) - 8;
    rewind(file);
    if (fread(&length, 8, 1, file) != 1 || length > rest) fail("the model is damaged");
    rest -= length;
    header = calloc(length + 1, 1);
    data = malloc(rest);
    if (!header || !data) fail("out of memory");
    if (fread(header, 1, length, file) != length || fread(data, 1, rest, file) != rest) fail("the model is damaged");
    fclose(file);
    stages = atol(after(header, "\"stages\":\""));
    neutral = atol(after(header, "\"neutral\":\""));
    units = atol(after(header, "\"units_per_disc\":\""));
    const char *tensor = after(header, "\"squares\":{");
    sscanf(after(tensor, "\"shape\":["), "%*d,%ld,%ld", &orientations, &longest);
    squares = (const uint8_t *)data + atol(after(tensor, "\"data_offsets\":["));
    for (tensor = header; patterns < MOST && (tensor = strstr(tensor, "\"dtype\":\"U16\"")); patterns++) {
        tensor = strchr(after(tensor, "\"shape\":["), ',') + 1;
        entries[patterns] = atol(tensor);
        weights[patterns] = (const uint16_t *)(data + atol(after(tensor, "\"data_offsets\":[")));
    }
}

/* Counts the discs that the side to move flips by playing on a square. */
static int flips(const int *digits, int square) {
    int count = 0;
    for (int step = 0; step < 9; step++) {
        int dx = step % 3 - 1, dy = step / 3 - 1, x = square % 8 + dx, y = square / 8 + dy, line = 0;
        if (!dx && !dy) continue;
        for (; x >= 0 && x < 8 && y >= 0 && y < 8 && digits[8 * y + x] == 2; x += dx, y += dy) line++;
        if (x >= 0 && x < 8 && y >= 0 && y < 8 && digits[8 * y + x] == 1) count += line;
    }
    return count;
}

/* Returns the value in discs for the side to move; a digit is 0 empty, 1 side to move, 2 opponent. */
static double evaluate(const int *digits) {
    int count[3] = {0, 0, 0};
    for (int square = 0; square < 64; square++) count[digits[square]]++;
    if (!count[0] || !count[1] || !count[2]) {
        int difference = count[1] - count[2];
        return difference + (difference > 0 ? count[0] : difference < 0 ? -count[0] : 0);
    }
    for (int square = 0; count[2] <= 6 && square < 64; square++)
        if (digits[square] == 0 && flips(digits, square) == count[2]) return 64;
    long stage = count[1] + count[2] - 4, total = 0;
    stage = stage < 0 ? 0 : stage >= stages ? stages - 1 : stage;
    for (int feature = 0; feature < patterns * orientations; feature++) {
        const uint8_t *places = squares + feature * longest;
        long entry = 0, power = 1, pattern = feature / orientations;
        for (int k = 0; k < longest && places[k] != PADDING; k++, power *= 3) entry += power * digits[places[k]];
        if (places[0] != PADDING) total += weights[pattern][stage * entries[pattern] + entry] - neutral;
    }
    double value = (double)total / units;
    return value > 64 ? 64 : value < -64 ? -64 : value;
}

int main(int argc, char **argv) {
    char board[80], side[8];
    if (argc != 2) fail("usage: reader MODEL.safetensors < positions");
    load(argv[1]);
    while (scanf("%79s %7s", board, side) == 2) {
        int digits[64] = {0};
        for (int square = 0; square < 64; square++)
            digits[square] = board[square] == '-' ? 0 : board[square] == side[0] ? 1 : 2;
        printf("%.8f\n", evaluate(digits));
    }
}
