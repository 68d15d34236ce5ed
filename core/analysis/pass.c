#include "core/analysis/pass.h"
