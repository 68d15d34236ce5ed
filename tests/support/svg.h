/*
 * A screen as a picture in SVG, for a README: what a terminal of 256 colours on a dark background shows. No
 * script, no style sheet, no font of its own: columns stay aligned whatever font the viewer has. Lines,
 * blocks and half blocks are shapes. The same screen is always the same bytes.
 */
#ifndef SHMTOP_TESTS_SUPPORT_SVG_H
#define SHMTOP_TESTS_SUPPORT_SVG_H

#include <stdio.h>

#include "tests/support/screen.h"

/* title, in UTF-8, is for who cannot see it. */
void svg_print(struct screen *screen, const char *title, FILE *out);

#endif
