/*
 * What a terminal of 256 colours makes of their numbers, and how eyes see that.
 */
#ifndef SHMTOP_TESTS_SUPPORT_PALETTE_H
#define SHMTOP_TESTS_SUPPORT_PALETTE_H

/* Of 16 to 255, which are the same everywhere: 6 steps of red, green and blue each, then 24 greys. Below 16
 * what xterm has. */
void palette_rgb(int color, unsigned char rgb[3]);

/* WCAG 2.1: 1 (the same) to 21 (black on white); 4.5 is enough for text. */
double palette_contrast(int a, int b);

/* In OKLab (Björn Ottosson, 2020), black and white being 1 apart; about 0.02 is just seen. */
double palette_distance(int a, int b);
double palette_lightness(int color);
double palette_hue(int color); /* degrees, 0 to 360; of a grey without meaning */

#endif
