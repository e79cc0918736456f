# Runs Chapbook if something has changed: sets up the environment, then runs the stages for a goal.
# Works with GNU make 3.81 and newer. `make help` lists the goals.
#
# Each goal has a stamp (.made) with the time of its last build, and a list (.d), written by the
# program, of all files that were read for it. If one of them is newer, a single process runs the
# stages in order, but only those whose inputs have really changed; V=1 lists them. A stamp has the
# time at which its build began, so that files saved during the build count as newer.

SOURCE = source/ending-modern-slavery.md
OUT = build
# a folder of templates that replace Chapbook's own, file by file
TEMPLATES =
# the folder of `make library`, and the number of documents to build at a time
LIBRARY = source
JOBS =
# the number of pages that printed editions should fill, or `even` for full sheets
FIT =
# the level of sections to split printed editions into
SPLIT =
# set to anything: warnings are errors; also a print cover; separate files for the web page
STRICT =
COVER_SPREAD =
ASSETS =
# the Python for the environment; by default, a suitable one is searched for
PYTHON ?=
VENV ?= .venv
# options for pytest, such as ARGS="-k footnotes"
ARGS =
# the minutes during which `make fuzz` begins new rounds; with SEEDS=folder, it also changes files
# there (and `make test ARGS="-k killed" KILLS=500` kills 500 builds)
MINUTES = 5
# options for `make bench`, such as BENCH="--runs 5 --pages 300"
BENCH =
# folders of reference documents and pages for `make bench-import`
IMPORTS =
# options for the report, such as REPORT="--copies 30 --paper-price 0.01"
REPORT =
# V=1 shows the commands, and every stage
V =

MAKEFLAGS += --no-builtin-rules --no-print-directory
.SUFFIXES:
# An output is only replaced when it is complete: if a stage fails or is interrupted, the earlier
# one is still good, and make must not delete it (hence .PRECIOUS below).
.DEFAULT_GOAL := all

# --- names -----------------------------------------------------------------------------------
# Spaces in paths are hidden (hide) from make's functions, which would split at them, and restored
# for rules (show) or for people (plain). `quote` makes a single word for the shell.

empty :=
space := $(empty) $(empty)
hide = $(subst $(space),|,$1)
show = $(subst |,\ ,$1)
plain = $(subst |,$(space),$1)
quote = '$(subst ','\'',$1)'
path = $(call quote,$(call plain,$1))
at = $(if $(V),,@)
# make a target as new as these files, even if they are dated in the future, or make would never end
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

# --- goals -----------------------------------------------------------------------------------

goals := $(or $(MAKECMDGOALS),all)
.PHONY: all html pdf epub editions catalog library docs check report watch desk test fuzz accept bench bench-growth bench-import bench-library lint format constraints clean distclean help FORCE

all: ## Build the editions in the front matter, or web page, PDF and e-book (the default)
html: ## Build the web page only
pdf: ## Build the PDF handout only
epub: ## Build the EPUB e-book only
editions: ## Build the editions in the front matter, or every edition
catalog: ## Build, with records for shops and libraries: ONIX and OPDS

# The options for each goal, and those for all goals. The program writes a further goal for every
# edition and for its output file, which is included if something is to be built.
asks_html := --edition web
asks_pdf := --edition handout
asks_epub := --edition ebook
asks_editions := --edition all
asks_catalog := --catalog
table := $(VENV)/.editions.mk
GOALS := all html pdf epub editions catalog
ifneq ($(filter-out library docs desk test fuzz accept bench bench-growth bench-import bench-library lint format constraints clean distclean help report,$(goals)),)
include $(call show,$(call hide,$(table)))
endif

$(call show,$(call hide,$(table))): pipeline/model/editions.py pipeline/commands/editions/__init__.py $(installed)
	@$(chapbook) editions --make >$(call quote,$@.new) && mv $(call quote,$@.new) $(call quote,$@)
	@$(call dated,$(call quote,$(VENV)/.installed) pipeline/model/editions.py pipeline/commands/editions/__init__.py)

# The files of an edition; of a text with levels or versions there is one for each (x-support-B.pdf).
there = @[ -f $(call quote,$@) ] || { echo $(call quote,There is no $@: see the levels and versions of the source) >&2; exit 1; }
$(foreach e,$(EDITIONS),$(eval asks_$e := --edition $e)$(eval $(call show,$(folder)/$(stem)$(file_$e)): $e ; $$(there)))
$(foreach e,$(VARIED),$(eval $(call show,$(folder)/$(stem)$(files_$e)): $e ; $$(there)))
GOALS += $(EDITIONS)
.PHONY: $(EDITIONS)

asked := $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) $(if $(FIT),--fit $(FIT)) \
    $(if $(SPLIT),--split $(SPLIT)) $(if $(STRICT),--strict) $(if $(COVER_SPREAD),--cover-spread) \
    $(if $(ASSETS),--assets)

docs: $(installed)-test ## Build the documentation: a site, a PDF and an e-book (with the fonts for its examples)
	@$(MAKE) SOURCE=docs/manual.md STRICT=1 all

check: all ## Build, and check the outputs
	$(at)$(chapbook) check $(call path,$(folder))/*

report: $(installed) ## Report on pages, paper, ink, cost and printing problems (REPORT="--copies 30")
	$(at)$(chapbook) report $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) \
	    $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) $(REPORT)

library: $(installed) ## Build all documents in a folder (LIBRARY=folder JOBS=4)
	$(at)$(chapbook) library $(call quote,$(LIBRARY)) --out $(call quote,$(OUT)) \
	    $(if $(JOBS),--jobs $(JOBS)) $(if $(TEMPLATES),--templates $(call quote,$(TEMPLATES))) \
	    $(if $(STRICT),--strict)

watch: $(installed) ## Build now, and again at every save, until Ctrl-C
	$(at)$(chapbook) watch $(call quote,$(SOURCE)) --out $(call quote,$(OUT)) $(asked)

# --- when to build again ---------------------------------------------------------------------

# The options of the last build: if they differ, the file is written, and so newer than the outputs.
# Templates are listed because of new ones; those that were read are in the lists of files.
options := $(asked) epoch: $(SOURCE_DATE_EPOCH); \
    $(if $(TEMPLATES),$(shell find $(call quote,$(TEMPLATES)/) -type f ! -name '.*' -print 2>/dev/null | LC_ALL=C sort))
$(call show,$(work))/options: FORCE
	@mkdir -p $(call path,$(work))
	@echo $(call quote,$(options)) | cmp -s - $(call quote,$@) || echo $(call quote,$(options)) >$(call quote,$@)

# if an output was deleted, nothing counts as built
forget := $(shell cd $(call path,$(folder)) 2>/dev/null && while IFS= read -r file; do \
    [ -f "$$file" ] || rm -f $(call path,$(abspath $(work)))/*.made; \
    done 2>/dev/null <$(call path,$(abspath $(work))/files))

# a missing source is reported by the program
$(call show,$(call hide,$(SOURCE))): ;

# $1 is the goal; double dollars are expanded when the rule is read or run
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

# set when the program runs; make expands a recipe after building its prerequisites
ran :=
up_to_date = $(if $(ran),:,echo $(call quote,$(call plain,$(folder)) is up to date))

# --- the environment -------------------------------------------------------------------------

$(installed): pyproject.toml constraints.txt .tools/venv .tools/system-packages
	@sh .tools/venv $(call quote,$(VENV)) '' $(call quote,$(PYTHON))
	@touch $(call quote,$@)
	@$(call dated,pyproject.toml constraints.txt .tools/venv .tools/system-packages)

desk: $(installed) ## Install the desk, and put its icon on the desktop
	@sh .tools/venv $(call quote,$(VENV)) desk $(call quote,$(PYTHON))
	$(at)$(chapbook) desk --install-launcher

$(installed)-test: $(installed)
	@sh .tools/venv $(call quote,$(VENV)) test,lint $(call quote,$(PYTHON))
	@touch $(call quote,$@)

test: $(installed)-test ## Run all tests, or some (ARGS="-k word")
	$(at)$(call quote,$(python)) -m pytest -n auto $(ARGS)

fuzz: $(installed)-test ## Test with random examples until one fails (MINUTES=5)
	$(at)end=$$(($$(date +%s) + 60 * $(MINUTES))); while [ $$(date +%s) -lt $$end ]; do \
	    $(call quote,$(python)) -m pytest -n auto -m hypothesis --hypothesis-profile=fuzz $(ARGS) \
	        || exit; done

accept: $(installed)-test ## Accept the current results of golden tests
	$(at)$(call quote,$(python)) -m pytest -n auto --accept $(ARGS)

# Pandoc and Typst have a separate environment without Chapbook
peers := $(VENV)-peers
bench: $(installed)-test ## Compare build times with Pandoc and Typst (BENCH="--runs 5")
	$(at)[ -f $(call quote,$(peers)/pyvenv.cfg) ] || $(call quote,$(python)) -m venv $(call quote,$(peers))
	$(at)$(call quote,$(peers)/bin/python) -m pip install --quiet --disable-pip-version-check pypandoc_binary typst
	$(at)$(call quote,$(python)) -m tests.bench --peers $(call quote,$(peers)) $(BENCH)

bench-library: $(installed)-test ## Compare a library of 200 handouts with Pandoc and Typst (BENCH="--documents 50")
	$(at)[ -f $(call quote,$(peers)/pyvenv.cfg) ] || $(call quote,$(python)) -m venv $(call quote,$(peers))
	$(at)$(call quote,$(peers)/bin/python) -m pip install --quiet --disable-pip-version-check pypandoc_binary typst
	$(at)$(call quote,$(python)) -m tests.bench.library --peers $(call quote,$(peers)) $(BENCH)

bench-growth: $(installed)-test ## Time texts that could be slow: for parsers, regular expressions and lexers
	$(at)for what in parsing patterns lexers; do $(call quote,$(python)) -m tests.bench.$$what || exit; done

bench-import: $(installed)-test ## Measure how much importing keeps (IMPORTS="pages documents")
	$(at)$(call quote,$(python)) -m tests.bench.imports $(IMPORTS)

lint: $(installed)-test ## Check style, types, and that regular expressions take linear time
	$(at)$(call quote,$(python)) -m ruff check .
	$(at)$(call quote,$(python)) -m ruff format --check .
	$(at)$(call quote,$(python)) -m mypy
	$(at)$(call quote,$(python)) -m tests.helpers.pattern_lint

format: $(installed)-test ## Format the code
	$(at)$(call quote,$(python)) -m ruff check --fix .
	$(at)$(call quote,$(python)) -m ruff format .

constraints: ## Update constraints.txt to the newest compatible versions
	$(at)sh .tools/constraints $(call quote,$(PYTHON))

# --- the rest --------------------------------------------------------------------------------
# Only files written by the program are deleted: OUT may be a working folder.

clean: ## Delete the outputs and their cache
	@cd $(call quote,$(OUT)) 2>/dev/null || exit 0; \
	for list in .work/*/files; do \
	    [ -f "$$list" ] || continue; work=$${list%/files}; dir=$${work#.work/}; \
	    while IFS= read -r file; do rm -f "$$dir/$$file"; rmdir "$$dir/$${file%/*}" 2>/dev/null || :; done <"$$list"; \
	    rm -rf "$$work"; rmdir "$$dir"/*/ "$$dir" .work 2>/dev/null || :; done; \
	ls .cache 2>/dev/null | grep -E '^(trimmed$$|[0-9a-f]{64})' | while read -r kept; do rm -f ".cache/$$kept"; done; \
	rmdir .cache 2>/dev/null || :

distclean: clean ## Delete the environment and all other caches too
	@for venv in $(call quote,$(VENV)) $(call quote,$(VENV)-peers); do \
	    if [ -f "$$venv/pyvenv.cfg" ]; then rm -rf "$$venv"; fi; done
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
	@find pipeline templates tests -name __pycache__ -type d -prune -exec rm -rf {} +

help: ## Show this list
	@echo 'make [GOAL] [SOURCE=path/to/text.md] [OUT=folder] [TEMPLATES=folder]'
	@echo '     [FIT=pages] [SPLIT=level] [STRICT=1] [COVER_SPREAD=1] [ASSETS=1] [PYTHON=python3.13]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo 'One edition alone: make handout, make teacher … `chapbook editions` lists them.'
	@echo
	@echo 'SOURCE is $(SOURCE), and OUT is $(OUT).'

FORCE:
