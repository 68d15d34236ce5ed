#include "core/analysis/tally.h"
