#include <math.h>
#include <stdint.h>
#include <string.h>

#include "tests/support/palette.h"

void palette_rgb(int color, unsigned char rgb[3])
{
    static const unsigned char first[16][3] = {
        {0, 0, 0},     {205, 0, 0},     {0, 205, 0},     {205, 205, 0},  {0, 0, 238}, {205, 0, 205},
        {0, 205, 205}, {229, 229, 229}, {127, 127, 127}, {255, 0, 0},    {0, 255, 0}, {255, 255, 0},
        {92, 92, 255}, {255, 0, 255},   {0, 255, 255},   {255, 255, 255}};
    static const unsigned char steps[6] = {0, 95, 135, 175, 215, 255};

    if (color < 16) {
        memcpy(rgb, first[color], 3);
    } else if (color < 232) {
        rgb[0] = steps[(color - 16) / 36];
        rgb[1] = steps[(color - 16) / 6 % 6];
        rgb[2] = steps[(color - 16) % 6];
    } else {
        rgb[0] = rgb[1] = rgb[2] = (unsigned char)(8 + 10 * (color - 232));
    }
}

/* --- eyes --- */

static void linear(int color, double light[3])
{
    unsigned char rgb[3];

    palette_rgb(color, rgb);
    for (int i = 0; i < 3; i++) {
        double part = rgb[i] / 255.0;

        light[i] = part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4);
    }
}

static double luminance(int color)
{
    double light[3];

    linear(color, light);
    return 0.2126 * light[0] + 0.7152 * light[1] + 0.0722 * light[2];
}

double palette_contrast(int a, int b)
{
    double one = luminance(a), other = luminance(b);

    return (fmax(one, other) + 0.05) / (fmin(one, other) + 0.05);
}

static void oklab(int color, double lab[3])
{
    static const double to_cones[3][3] = {{0.4122214708, 0.5363325363, 0.0514459929},
                                          {0.2119034982, 0.6806995451, 0.1073969566},
                                          {0.0883024619, 0.2817188376, 0.6299787005}},
                        to_lab[3][3] = {{0.2104542553, 0.7936177850, -0.0040720468},
                                        {1.9779984951, -2.4285922050, 0.4505937099},
                                        {0.0259040371, 0.7827717662, -0.8086757660}};
    double light[3], cones[3];

    linear(color, light);
    for (int i = 0; i < 3; i++)
        cones[i] = cbrt(to_cones[i][0] * light[0] + to_cones[i][1] * light[1] + to_cones[i][2] * light[2]);
    for (int i = 0; i < 3; i++)
        lab[i] = to_lab[i][0] * cones[0] + to_lab[i][1] * cones[1] + to_lab[i][2] * cones[2];
}

double palette_lightness(int color)
{
    double lab[3];

    oklab(color, lab);
    return lab[0];
}

double palette_hue(int color)
{
    double lab[3];

    oklab(color, lab);
    return fmod(atan2(lab[2], lab[1]) * 180 / M_PI + 360, 360);
}

double palette_distance(int a, int b)
{
    double one[3], other[3];

    oklab(a, one);
    oklab(b, other);
    return hypot(hypot(one[0] - other[0], one[1] - other[1]), one[2] - other[2]);
}
