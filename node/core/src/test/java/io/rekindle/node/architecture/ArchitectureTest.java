package io.rekindle.node.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import io.rekindle.node.access.GrantSource;
import io.rekindle.node.access.Pass;
import io.rekindle.node.access.SystemPass;
import io.rekindle.node.authn.ApiKeySource;
import io.rekindle.node.index.FileCipher;
import io.rekindle.node.kms.KeyManagementService;

/** The rooms of the house, the one direction of imports, and the rule of the pass. */
@AnalyzeClasses(packages = "io.rekindle.node", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "io.rekindle.node.";
  private static final String ALL = "io.rekindle.node..";

  /** From the roof to the ground: a room imports only what stands below it. */
  private static final String[] ROOMS = {
    "bootstrap",
    "endpoint",
    "gate",
    "work",
    "storage",
    "embedding",
    "keyring",
    "index",
    "backup",
    "cluster",
    "access",
    "authn",
    "kms",
    "audit",
    "ground"
  };

  @ArchTest static final ArchRule importsPointDownwards = rooms();

  private static ArchRule rooms() {
    var layers = layeredArchitecture().consideringOnlyDependenciesInAnyPackage(ALL);
    for (String room : ROOMS) {
      layers =
          switch (room) {
            case "work" ->
                layers.layer(room).definedBy(ROOT + "pipeline..", ROOT + "maintenance..");
            case "ground" ->
                layers
                    .layer(room)
                    .definedBy(
                        ROOT + "telemetry..",
                        ROOT + "config..",
                        ROOT + "error..",
                        ROOT + "model..");
            default -> layers.layer(room).definedBy(ROOT + room + "..");
          };
    }
    for (int i = 0; i < ROOMS.length; i++) {
      String[] below = java.util.Arrays.copyOfRange(ROOMS, i + 1, ROOMS.length);
      layers =
          below.length == 0
              ? layers.whereLayer(ROOMS[i]).mayNotAccessAnyLayer()
              : layers.whereLayer(ROOMS[i]).mayOnlyAccessLayers(below);
    }
    return layers;
  }

  @ArchTest
  static final ArchRule roomsHaveNoCircles =
      slices().matching(ROOT + "(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule requestsAndBackgroundWorkDoNotKnowEachOther =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "pipeline..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "maintenance..");

  @ArchTest
  static final ArchRule backgroundWorkDoesNotKnowRequests =
      noClasses()
          .that()
          .resideInAPackage(ROOT + "maintenance..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "pipeline..");

  @ArchTest
  static final ArchRule igniteStaysInItsRooms =
      fence("org.apache.ignite..", "storage..", "cluster..", "bootstrap..");

  @ArchTest
  static final ArchRule onlyStorageCallsTheIndex =
      noClasses()
          .that(outside("storage..", "index..", "bootstrap.."))
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "index..")
                  // What the index needs of the keyring, which implements it.
                  .and(not(JavaClass.Predicates.equivalentTo(FileCipher.class))));

  @ArchTest
  static final ArchRule onlyStorageOpensPayloads =
      noClasses()
          .that(outside("storage..", "keyring..", "bootstrap.."))
          .should()
          .dependOnClassesThat()
          .resideInAPackage(ROOT + "keyring..");

  /** Ignite asks for keys from the threads of its discovery, which must wait for no provider. */
  @ArchTest
  static final ArchRule nobodyBesideTheirWatchAsksForCustomersKeys =
      noClasses()
          .that(outside("kms..", "keyring..", "bootstrap.."))
          .should()
          .dependOnClassesThat()
          .areAssignableTo(KeyManagementService.class);

  @ArchTest static final ArchRule onnxStaysInItsRoom = fence("ai.onnxruntime..", "embedding..");

  @ArchTest static final ArchRule tokenizersStayInTheirRoom = fence("ai.djl..", "embedding..");

  @ArchTest
  static final ArchRule armeriaStaysInItsRoom = fence("com.linecorp.armeria..", "endpoint..");

  @ArchTest static final ArchRule grpcStaysInItsRoom = fence("io.grpc..", "endpoint..");

  @ArchTest
  static final ArchRule publicMessagesStayAtTheDoor = fence("io.rekindle.v1..", "endpoint..");

  @ArchTest
  static final ArchRule systemPassesAreMintedInBootstrapAlone =
      noClasses()
          .that(resideInAPackage(ALL).and(not(resideInAnyPackage(ROOT + "bootstrap.."))))
          .should()
          .callMethod(SystemPass.class, "mint", SystemPass.Purpose.class);

  /** Whoever reads or writes data shows a pass; what authenticates and authorises comes before. */
  @ArchTest
  static final ArchRule dataMethodsTakeAPassFirst =
      methods()
          .that()
          .areDeclaredInClassesThat()
          .resideInAPackage(ROOT + "storage..")
          .and()
          .areDeclaredInClassesThat()
          .haveNameMatching(".*Store")
          .and()
          .areDeclaredInClassesThat()
          .areInterfaces()
          .should(takeAPassFirst());

  @ArchTest
  static final ArchRule everyPackageSaysWhatItIs =
      classes()
          .that()
          .resideInAPackage(ALL)
          .should(
              new ArchCondition<JavaClass>("be in a package with a package-info") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  boolean ok = type.getPackage().tryGetPackageInfo().isPresent();
                  events.add(new SimpleConditionEvent(type, ok, type.getName()));
                }
              });

  private static ArchRule fence(String library, String... rooms) {
    return noClasses()
        .that(outside(rooms))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library);
  }

  private static DescribedPredicate<JavaClass> outside(String... rooms) {
    String[] allowed =
        java.util.Arrays.stream(rooms).map(room -> ROOT + room).toArray(String[]::new);
    return resideInAPackage(ALL).and(not(resideInAnyPackage(allowed)));
  }

  private static ArchCondition<JavaMethod> takeAPassFirst() {
    return new ArchCondition<>("take a Pass first") {
      @Override
      public void check(JavaMethod method, ConditionEvents events) {
        boolean exempt =
            method.getModifiers().contains(JavaModifier.SYNTHETIC)
                || method.getOwner().isEquivalentTo(ApiKeySource.class)
                || method.getOwner().isEquivalentTo(GrantSource.class)
                // Says no more than a number or whether there is anything at all.
                || (method.getRawReturnType().isPrimitive()
                    && method.getRawParameterTypes().isEmpty());
        boolean ok =
            exempt
                || (!method.getRawParameterTypes().isEmpty()
                    && method.getRawParameterTypes().getFirst().isAssignableTo(Pass.class));
        events.add(new SimpleConditionEvent(method, ok, method.getFullName()));
      }
    };
  }
}
