# Runs Chapbook where something has changed: the environment, then the stages of what is asked for.
# Works with GNU make 3.81 and newer. `make help` lists what can be made.
#
# A goal has a stamp (.made) that says when it was last made, and a list of all files that were
# read for it (.d), which the program writes. Where one of those is newer, one process runs the
# stages, in order: those whose inputs have changed, whatever the times say. V=1 tells of each. A
# stamp has the time at which that began, so that what is saved meanwhile counts as newer.

SOURCE = source/ending-modern-slavery.md
OUT = build
# a folder of templates that come before Chapbook's own, file by file
TEMPLATES =
# the folder of `make library`, and how many documents of it are built at a time
LIBRARY = source
JOBS =
# how many pages printed editions are to fill, or `even` for full sheets
FIT =
# the level of the sections that printed editions are split into
SPLIT =
# anything in one of these: warnings are errors; a print cover as well; files beside the web page
STRICT =
COVER_SPREAD =
ASSETS =
# PYTHON names the Python that the environment is made of; without it, a fit one is looked for
PYTHON ?=
VENV ?= .venv
# options for pytest, such as ARGS="-k footnotes"
ARGS =
# how many minutes `make fuzz` begins new rounds
MINUTES = 5
# options for `make bench`, such as BENCH="--runs 5 --pages 300"
BENCH =
# folders of documents and pages that `make bench-import` measures, whose reading is known
IMPORTS =
# options for the report, such as REPORT="--copies 30 --paper-price 0.01"
REPORT =
# V=1 shows the commands, and every stage
V =

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
# An output is replaced only once it is complete: where a stage fails or is interrupted, it is
# still the good one of before, and make must not delete it (hence .PRECIOUS below).
.DEFAULT_GOAL := all

# --- names -----------------------------------------------------------------------------------
# Spaces in paths are put out of sight (hide) where make's functions would split at them, and
# come back for a rule (show), or for a person (plain). `quote` makes one word for the shell.

empty :=
space := $(empty) $(empty)
hide = $(subst $(space),|,$1)
show = $(subst |,\ ,$1)
plain = $(subst |,$(space),$1)
quote = '$(subst ','\'',$1)'
path = $(call quote,$(call plain,$1))
at = $(if $(V),,@)
# a target as new as these files, though they be from the future: make would begin again for ever
dated = for file in $1; do [ ! "$$file" -nt $(call quote,$@) ] || touch -r "$$file" $(call quote,$@); done

hash := \#
unfit := $(strip $(foreach c,: ; | $(hash) = % * ? [ ] \ ~,$(findstring $c,$(SOURCE)$(OUT)$(TEMPLATES))) \
    $(findstring $$,$(value SOURCE)$(value OUT)$(value TEMPLATES)))
ifneq ($(unfit),)
$(error make cannot handle a path with $(unfit) in it: rename it, or run `chapbook build`, which can)
endif

stem := $(basename $(notdir $(call hide,$(SOURCE))))
folder := $(call hide,$(OUT))/$(stem)
work := $(call hide,$(OUT))/.work/$(stem)
python := $(VENV)/bin/python
chapbook = $(call quote,$(python)) -m pipeline
installed := $(call show,$(call hide,$(VENV)))/.installed
code := $(shell find pipeline -name __pycache__ -prune -o -type f ! -name '.*' -print)

# --- what there is to make -------------------------------------------------------------------

goals := $(or $(MAKECMDGOALS),all)
.PHONY: all html pdf epub editions catalog library docs check report watch test fuzz accept bench bench-import lint format constraints clean distclean help FORCE

all: ## What the source lists, or else the web page, the PDF handout and the e-book (without a goal: this)
html: ## The web edition alone
pdf: ## The PDF handout alone
epub: ## The EPUB e-book alone
editions: ## All editions that the source lists, or else all that there are
catalog: ## As `make`, and records for shops and libraries: ONIX and OPDS

# What each goal asks the program for, and what all of them do. The program writes a further goal
# for every edition and for the file that it becomes, so that these are known where something is
# to be built.
asks_html := --edition web
asks_pdf := --edition handout
asks_epub := --edition ebook
asks_editions := --edition all
asks_catalog := --catalog
table := $(VENV)/.editions.mk
GOALS := all html pdf epub editions catalog
ifneq ($(filter-out library docs test fuzz accept bench bench-import lint format constraints clean distclean help report,$(goals)),)
include $(call show,$(call hide,$(table)))
endif

$(call show,$(call hide,$(table))): pipeline/model/editions.py $(installed)
	@$(chapbook) editions --make >$(call quote,$@.new) && mv $(call quote,$@.new) $(call quote,$@)
	@$(call dated,$(call quote,$(VENV)/.installed) pipeline/model/editions.py)

$(foreach e,$(EDITIONS),$(eval asks_$e := --edition $e)$(eval $(call show,$(folder)/$(stem)$(file_$e)): $e))
GOALS += $(EDITIONS)
.PHONY: $(EDITIONS)

asked := $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) $(if $(FIT),--fit $(FIT)) \
    $(if $(SPLIT),--split $(SPLIT)) $(if $(STRICT),--strict) $(if $(COVER_SPREAD),--cover-spread) \
    $(if $(ASSETS),--assets)

docs: $(installed)-test ## The documentation: a site, a PDF and an e-book (with the fonts that its examples need)
	@$(MAKE) SOURCE=docs/manual.md STRICT=1 all

check: all ## Look for faults in the finished files
	$(at)$(chapbook) check $(call path,$(folder))/*

report: $(installed) ## Pages, paper, ink and cost, and what will not print well (REPORT="--copies 30")
	$(at)$(chapbook) report $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) \
	    $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) $(REPORT)

library: $(installed) ## All documents of a folder (LIBRARY=folder JOBS=4)
	$(at)$(chapbook) library $(call quote,$(LIBRARY)) --out $(call quote,$(OUT)) \
	    $(if $(JOBS),--jobs $(JOBS)) $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) \
	    $(if $(STRICT),--strict)

watch: $(installed) ## Build as `make` does, and again at every save, until Ctrl-C
	$(at)$(chapbook) watch $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) $(asked)

# --- when it is to be made anew --------------------------------------------------------------

# What was asked for last time: written, and so newer than what was made of it, if it differs.
# Templates are listed for those that are new; those that were read are in the lists of files.
options := $(asked) epoch: $(SOURCE_DATE_EPOCH); \
    $(if $(TEMPLATES),$(shell find $(call quote,$(TEMPLATES)/) -type f ! -name '.*' -print 2>/dev/null | LC_ALL=C sort))
$(call show,$(work))/options: FORCE
	@mkdir -p $(call path,$(work))
	@echo $(call quote,$(options)) | cmp -s - $(call quote,$@) || echo $(call quote,$(options)) >$(call quote,$@)

# where somebody deleted a file that was made, nothing counts as made
forget := $(shell cd $(call path,$(folder)) 2>/dev/null && while IFS= read -r file; do \
    [ -f "$$file" ] || rm -f $(call path,$(abspath $(work)))/*.made; \
    done 2>/dev/null <$(call path,$(abspath $(work))/files))

# a source that is not there is for the program to report
$(call show,$(call hide,$(SOURCE))): ;

# $1 the goal; what has two dollars is expanded when the rule is read or run
define goal
$1: $(call show,$(work)/$1.made)
	@$$(up_to_date)

$(call show,$(work)/$1.made): $(call show,$(call hide,$(SOURCE)) $(work)/options) $$(code) $$(installed)
	$$(eval ran := yes)@touch $$(call quote,$$@.new)
	$$(at)$$(chapbook) build $$(call quote,$$(SOURCE)) --out $$(call quote,$$(OUT)) $$(asks_$1) $$(asked) \
	    $$(if $$(V),--stages) --depfile $$(call path,$$(work)/$1.d) --target $$(call quote,$$@)
	@mv $$(call quote,$$@.new) $$(call quote,$$@)

-include $(call show,$(work)/$1.d)
endef
$(foreach g,$(GOALS),$(eval $(call goal,$g)))

# set where the program runs; make expands a recipe only once what it needs is made
ran :=
up_to_date = $(if $(ran),:,echo $(call quote,$(call plain,$(folder)) is up to date))

# --- the environment -------------------------------------------------------------------------

$(installed): pyproject.toml constraints.txt tools/venv tools/system-packages
	@sh tools/venv $(call quote,$(VENV)) '' $(call quote,$(PYTHON))
	@touch $(call quote,$@)
	@$(call dated,pyproject.toml constraints.txt tools/venv tools/system-packages)

$(installed)-test: $(installed)
	@sh tools/venv $(call quote,$(VENV)) test,lint $(call quote,$(PYTHON))
	@touch $(call quote,$@)

test: $(installed)-test ## Run all tests (ARGS="-k word" for some)
	$(at)$(call quote,$(python)) -m pytest -n auto $(ARGS)

fuzz: $(installed)-test ## Search for faults with random examples, until one is found (MINUTES=5)
	$(at)end=$$(($$(date +%s) + 60 * $(MINUTES))); while [ $$(date +%s) -lt $$end ]; do \
	    $(call quote,$(python)) -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz $(ARGS) \
	        || exit; done

accept: $(installed)-test ## Take what the golden tests get now as what they expect
	$(at)$(call quote,$(python)) -m pytest -n auto --accept $(ARGS)

# Pandoc and Typst have an environment of their own, in which Chapbook is not
peers := $(VENV)-peers
bench: $(installed)-test ## Measure builds side by side with Pandoc and Typst (BENCH="--runs 5")
	$(at)[ -f $(call quote,$(peers)/pyvenv.cfg) ] || $(call quote,$(python)) -m venv $(call quote,$(peers))
	$(at)$(call quote,$(peers)/bin/python) -m pip install --quiet --disable-pip-version-check pypandoc_binary typst
	$(at)$(call quote,$(python)) -m tests.bench --peers $(call quote,$(peers)) $(BENCH)

bench-import: $(installed)-test ## Measure what is kept in importing (IMPORTS="pages documents")
	$(at)$(call quote,$(python)) -m tests.bench.imports $(IMPORTS)

lint: $(installed)-test ## Check style and types
	$(at)$(call quote,$(python)) -m ruff check .
	$(at)$(call quote,$(python)) -m ruff format --check .
	$(at)$(call quote,$(python)) -m mypy

format: $(installed)-test ## Lay out the code as `make lint` wants it
	$(at)$(call quote,$(python)) -m ruff check --fix .
	$(at)$(call quote,$(python)) -m ruff format .

constraints: ## Write constraints.txt anew, with the newest versions that fit
	$(at)sh tools/constraints $(call quote,$(PYTHON))

# --- the rest --------------------------------------------------------------------------------
# Only files that the program writes are deleted: OUT may be a folder where somebody works.

clean: ## Delete what was built, and what is kept of it
	@cd $(call quote,$(OUT)) 2>/dev/null || exit 0; \
	for list in .work/*/files; do \
	    [ -f "$$list" ] || continue; work=$${list%/files}; dir=$${work#.work/}; \
	    while IFS= read -r file; do rm -f "$$dir/$$file"; rmdir "$$dir/$${file%/*}" 2>/dev/null || :; done <"$$list"; \
	    rm -rf "$$work"; rmdir "$$dir"/*/ "$$dir" .work 2>/dev/null || :; done; \
	ls .cache 2>/dev/null | grep -E '^(trimmed$$|[0-9a-f]{64})' | while read -r kept; do rm -f ".cache/$$kept"; done; \
	rmdir .cache 2>/dev/null || :

distclean: clean ## Delete the environment and all caches too
	@for venv in $(call quote,$(VENV)) $(call quote,$(VENV)-peers); do \
	    if [ -f "$$venv/pyvenv.cfg" ]; then rm -rf "$$venv"; fi; done
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find pipeline templates tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## This list
	@echo 'make [GOAL] [SOURCE=path/to/text.md] [OUT=folder] [TEMPLATES=folder]'
	@echo '     [FIT=pages] [SPLIT=level] [STRICT=1] [COVER_SPREAD=1] [ASSETS=1] [PYTHON=python3.13]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'One edition alone: make handout, make teacher … `chapbook editions` lists them.'
	@echo
	@echo 'SOURCE is $(SOURCE), and OUT is $(OUT).'

FORCE:
