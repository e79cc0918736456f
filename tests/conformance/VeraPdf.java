import java.io.File;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Validates PDF files with veraPDF's engine: {@code java VeraPdf PROFILE FILE...}, where PROFILE
 * is one of veraPDF's names, such as ua1 or 3a.
 *
 * <p>Prints one line for each rule that a file breaks: the file, the clause and test of the rule,
 * how often, what the rule asks, and what and where the first fault is, with tabs between them.
 * Exits with 0 if all files keep all rules, 1 if not, and 2 if a file could not be read.
 */
public final class VeraPdf {
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  public static int run(String[] arguments) {
    Logger.getLogger("").setLevel(Level.SEVERE);
    VeraGreenfieldFoundryProvider.initialise();
    PDFAFlavour profile = PDFAFlavour.byFlavourId(arguments[0]);
    if (profile == PDFAFlavour.NO_FLAVOUR) {
      System.err.println("veraPDF has no profile " + arguments[0]);
      return 2;
    }
    int status = 0;
    for (int i = 1; i < arguments.length; i++) {
      status = Math.max(status, validate(profile, arguments[i]));
    }
    return status;
  }

  private static int validate(PDFAFlavour profile, String file) {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), profile);
        PDFAValidator validator =
            Foundries.defaultInstance().createValidator(profile, -1, false, true, false)) {
      ValidationResult result = validator.validate(parser);
      if (result.isCompliant()) {
        return 0;
      }
      Map<Object, TestAssertion> first = new LinkedHashMap<>();
      Map<Object, Integer> times = new LinkedHashMap<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          first.putIfAbsent(assertion.getRuleId(), assertion);
          times.merge(assertion.getRuleId(), 1, Integer::sum);
        }
      }
      for (TestAssertion fault : first.values()) {
        report(
            file,
            fault.getRuleId().getClause() + "-" + fault.getRuleId().getTestNumber(),
            times.get(fault.getRuleId()) + " times",
            fault.getMessage(),
            fault.getErrorMessage(),
            fault.getLocation().getContext());
      }
      if (first.isEmpty()) {
        report(file, "not compliant");
      }
      return 1;
    } catch (Exception error) {
      System.err.println(file + ": " + error);
      return 2;
    }
  }

  private static void report(String... cells) {
    for (int i = 0; i < cells.length; i++) {
      cells[i] = String.valueOf(cells[i]).replaceAll("\\s+", " ");
    }
    System.out.println(String.join("\t", cells));
  }
}
