#include "core/analysis/condition.h"
