#include "tui/command/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tui/command/report.h"

#define DEFAULT_DIRECTORY "/dev/shm"

static const char *const no_value = "takes no value";
static const char *const needs_value = "needs a value";

static const struct option *name_of(const struct option *names, int value)
{
    for (; names->name; names++)
        if (names->val == value)
            return names;
    return NULL;
}

static const char letters_of_all[] = "+d:rnhV";
static const struct option names_of_all[] = {
    {"directory", required_argument, NULL, 'd'}, {"read-only", no_argument, NULL, 'r'},
    {"numeric", no_argument, NULL, 'n'},         {"color", required_argument, NULL, 'c'},
    {"ascii", no_argument, NULL, 'a'},           {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'V'},         {NULL, 0, NULL, 0},
};

/* Of an option that a command does not know: where it would be right. */
static const char *place_of(const char *who, const char *shown)
{
    bool is_long = strncmp(shown, "--", 2) == 0;
    if (!who)
        return ": options of a command go behind it";
    for (const struct option *name = names_of_all; is_long && name->name; name++)
        if (strcmp(name->name, shown + 2) == 0)
            return ": it goes before the command";
    return !is_long && shown[1] != ':' && strchr(letters_of_all + 1, shown[1])
               ? ": it goes before the command"
               : "";
}

/* What stands on the command line, up to its "=". */
static void complain_of_long(const struct options *options, const char *who, const char *argument)
{
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)strcspn(argument, "="), argument);
    char shown[10 * sizeof word];
    report_escape(options, word, shown, sizeof shown);
    report_usage(options, who, "unknown option %s%s", shown, place_of(who, word));
}

static void complain_of_option(const struct options *options, const char *who, const char *argument,
                               const struct option *names, const char *problem)
{
    const struct option *known = name_of(names, optopt);
    bool is_long = strncmp(argument, "--", 2) == 0;
    if (is_long && known) {
        report_usage(options, who, "option --%s %s", known->name, problem);
        return;
    }
    char word[3] = {'-', (char)optopt, '\0'};
    char shown[16];
    report_escape(options, word, shown, sizeof shown);
    if (problem == needs_value)
        report_usage(options, who, "option %s %s", shown, problem);
    else
        report_usage(options, who, "unknown option %s%s", shown, place_of(who, word));
}

int options_next(const struct options *options, const char *who, int argc, char **argv, const char *letters,
                 const struct option *names)
{
    char quiet[64];
    bool stop_at_first = letters[0] == '+';
    snprintf(quiet, sizeof quiet, "%s:%s", stop_at_first ? "+" : "", letters + stop_at_first);
    opterr = 0;
    int option = getopt_long(argc, argv, quiet, names, NULL);
    if (option != '?' && option != ':')
        return option;
    const char *argument = argv[optind - 1];
    if (option == ':')
        complain_of_option(options, who, argument, names, needs_value);
    else if (optopt == 0)
        complain_of_long(options, who, argument);
    else
        complain_of_option(options, who, argument, names, no_value);
    return '?';
}

static int parse_color(struct options *options, const char *text)
{
    static const struct {
        const char *word;
        enum color_mode mode;
    } words[] = {
        {"auto", COLOR_AUTO},
        {"never", COLOR_NEVER},
        {"16", COLOR_16},
        {"256", COLOR_256},
    };
    for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(text, words[i].word) == 0) {
            options->color = words[i].mode;
            return 0;
        }
    }
    report_usage(options, NULL, "option --color takes auto, never, 16 or 256");
    return -EINVAL;
}

static int take_option(struct options *options, int option)
{
    switch (option) {
    case 'd':
        options->directory = optarg;
        return 0;
    case 'r':
        options->read_only = true;
        return 0;
    case 'n':
        options->numeric = true;
        return 0;
    case 'a':
        options->ascii = true;
        return 0;
    case 'c':
        return parse_color(options, optarg);
    case 'h':
        options->help = true;
        return 0;
    case 'V':
        options->version = true;
        return 0;
    default:
        return -EINVAL;
    }
}

int options_parse(struct options *options, int argc, char **argv, int *ret_first)
{
    options->directory = DEFAULT_DIRECTORY;
    options->producers = PRODUCERS_FILE;
    optind = 0;
    int option;
    while ((option = options_next(options, NULL, argc, argv, letters_of_all, names_of_all)) != -1)
        if (take_option(options, option) < 0)
            return -EINVAL;
    *ret_first = optind;
    return 0;
}
