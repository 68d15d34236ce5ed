/*
 * picture ROWS COLUMNS TITLE: what a program wrote to a terminal of that size, from standard input, as SVG.
 * tests/support/screenshots.py drives it.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/screen.h"
#include "tests/support/svg.h"

int main(int argc, char **argv)
{
    int rows = argc == 4 ? atoi(argv[1]) : 0, columns = argc == 4 ? atoi(argv[2]) : 0;
    char bytes[65536];
    struct screen *screen;

    if (rows < 1 || columns < 1 || rows > 500 || columns > 500) {
        fprintf(stderr, "usage: picture ROWS COLUMNS TITLE <OUTPUT >PICTURE\n");
        return 2;
    }
    screen = screen_new(rows, columns, NULL, NULL);
    for (size_t n; (n = fread(bytes, 1, sizeof(bytes), stdin)) > 0;)
        screen_feed(screen, bytes, n);
    svg_print(screen, argv[3], stdout);
    screen_free(screen);
    return ferror(stdin) || fflush(stdout) != 0;
}
